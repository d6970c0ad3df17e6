import { codeRunName } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";

/** A spawn request as the worker sends it, valid by schema and by the tests' policy. */
export function spawnRequest(changes: Partial<SpawnRequest> = {}): SpawnRequest {
	const identity = { incident_id: "0123456789abcdef0123456789abcdef", attempt: 1, agent: "rex", ...changes };
	return {
		max_active: 1,
		claims: [{ name: "branch", key: "5dlabs/cto:branch:main", ttl_s: 600, while_active: true }],
		coderun: {
			metadata: {
				name: codeRunName(identity.agent, identity.incident_id, identity.attempt),
				namespace: "cto",
				labels: { "app.kubernetes.io/name": "healer", "healer/agent": identity.agent, "healer/branch": "main" },
				annotations: { "healer/delivery-id": "72d3162e-cc78-11e3-81ab-4c9367dc0958" },
			},
			spec: {
				service: "remediation",
				repositoryUrl: "https://github.com/5dlabs/cto",
				docsRepositoryUrl: "https://github.com/5dlabs/cto",
				workingDirectory: ".",
				githubApp: "5DLabs-Rex",
				model: "claude-opus-4-5",
				promptModification: "# Fix it\n\nThe job failed.\n",
				env: { PR_NUMBER: "0", TARGET_BRANCH: "main" },
			},
		},
		...identity,
	};
}
