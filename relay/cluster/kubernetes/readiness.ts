import type { Cluster, Unavailable } from "../cluster.ts";
import type { ApiClients } from "./api-clients.ts";
import { readFailure } from "./api-failure.ts";
import { withTimeout } from "./call-options.ts";
import { absent, CODERUNS } from "./coderun-api.ts";
import { OTHER_CLAIMS } from "./lease.ts";

const WITHIN_MS = 3_000;
const NAME = "healer-readiness";

/**
 * Whether a claim and a CodeRun could be created now, tried with `dryRun=All`: that detects a missing namespace, kind
 * or permission. A list detects none of them: in a missing namespace it is empty.
 */
export async function probeReadiness({ leases, objects }: ApiClients, namespace: string): ReturnType<Cluster["ready"]> {
	const metadata = { name: NAME, namespace, labels: { ...OTHER_CLAIMS } };
	const lease = { namespace, dryRun: "All", body: { metadata, spec: {} } };
	const coderun = { apiVersion: "agents.platform/v1", kind: "CodeRun", metadata, spec: PROBE };
	const tries = [
		() => leases.createNamespacedLease(lease, withTimeout(WITHIN_MS)),
		() =>
			objects.createNamespacedCustomObject(
				{ ...CODERUNS, namespace, dryRun: "All", body: coderun },
				withTimeout(WITHIN_MS),
			),
	];
	const problems = await Promise.all(tries.map((attempt) => problemOf(attempt, namespace)));
	return problems.find((problem) => problem !== undefined) ?? { kind: "ready" };
}

async function problemOf(attempt: () => Promise<unknown>, namespace: string): Promise<Unavailable | undefined> {
	try {
		await attempt();
		return undefined;
	} catch (error) {
		const failure = readFailure(error);
		switch (failure.kind) {
			case "unavailable":
				return failure;
			case "not_found":
				return absent(namespace, failure.why);
			case "conflict":
			case "exists":
			case "refused":
				// The request reached the object itself, which is only a probe; another definition may require other fields.
				return undefined;
			default:
				return failure satisfies never;
		}
	}
}

const PROBE = {
	service: "remediation",
	repositoryUrl: "https://github.com/healer/readiness",
	docsRepositoryUrl: "https://github.com/healer/readiness",
	workingDirectory: ".",
	githubApp: "healer-readiness",
	model: "none",
};
