import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { decide, type Incident, loadPipeline } from "../../pipeline/index.ts";
import type { Policy } from "../../relay/spawn/policy.ts";
import { ownPolicy } from "../../relay/spawn/policy-settings.ts";
import { codeRunName } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { memoryCluster } from "../support/memory-cluster.ts";
import { type ServedRelay, servedRelay } from "../support/relay-on-directory.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/*
 * Someone holds a wire secret, or a worker is compromised: whatever they sign, the relay creates CodeRuns only as its
 * own settings allow.
 */

const POLICY: Policy = { namespace: "cto", repositories: ["5dlabs/cto"], github_apps: ["5DLabs-Rex"] };

function requestWith(changes: {
	spec?: object;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
}): SpawnRequest {
	const request = spawnRequest();
	const { metadata, spec } = request.coderun;
	return {
		...request,
		coderun: {
			metadata: {
				...metadata,
				labels: { ...metadata.labels, ...changes.labels },
				annotations: { ...metadata.annotations, ...changes.annotations },
			},
			spec: { ...spec, ...changes.spec },
		},
	};
}

/** The answer's detail, after a look that no CodeRun and no claim is left. */
async function refusal(relay: ServedRelay, request: SpawnRequest): Promise<unknown> {
	const { status, body } = await relay.spawn(request);
	const left = await Promise.all(["coderuns", "claims"].map((folder) => readdir(join(relay.state, folder))));
	expect([status, left]).toEqual([200, [[], []]]);
	return body;
}

describe("a wire holder's spec", () => {
	it.each([
		["the agents' secrets", { envFromSecrets: [{ name: "A", secretName: "s", secretKey: "k" }] }, "envFromSecrets"],
		["another account", { serviceAccountName: "cluster-admin" }, "serviceAccountName"],
		["skills of its own", { skillsUrl: "https://evil.test/skills.tar.gz" }, "skillsUrl"],
		["the controller's own run id", { taskId: 7 }, "taskId"],
		["another agent to watch", { watcherConfig: { agent: "x" } }, "watcherConfig"],
		["escalation without asking", { escalationPolicy: { mode: "auto" } }, "escalationPolicy"],
		["a memory to overwrite", { overwriteMemory: true }, "overwriteMemory"],
		["an unknown field", { prompt: "x" }, "prompt"],
		["a name of Object", { constructor: "x" }, "constructor"],
		["a provider", cliConfig({ providerBaseUrl: "https://evil.test" }), "cliConfig.providerBaseUrl"],
		["a provider's key", cliConfig({ apiKeyEnvVar: "GITHUB_TOKEN" }), "cliConfig.apiKeyEnvVar"],
		["the CLI's settings", cliConfig({ settings: { template: "heal/x" } }), "cliConfig.settings"],
	])("with %s is refused, naming the field and the setting", async (_, spec, field) => {
		expect(await refusal(await servedRelay({ policy: POLICY }), requestWith({ spec }))).toEqual({
			result: "refused",
			reason: "invalid_coderun",
			detail: `spec.${field} is not allowed: HEALER_SPEC_FIELDS=${field} allows it`,
		});
	});

	it.each([
		["service", "Healer_CI", "is not a DNS label"],
		["service", "healer-workspace", "controller keeps"],
		["service", "heal", "controller keeps"],
		["service", "remediation\n", "is not a DNS label"],
		["workingDirectory", "/etc", "without `..`"],
		["workingDirectory", "a/../../b", "without `..`"],
		["workingDirectory", "..", "without `..`"],
		["workingDirectory", "$(HOME)", "without `..`"],
		["workingDirectory", "-rf", "without `..`"],
		["docsProjectDirectory", "../secrets", "without `..`"],
		["docsBranch", "--upload-pack=evil", "name of a branch"],
		["docsBranch", "a..b", "name of a branch"],
		["docsBranch", "`id`", "name of a branch"],
		["model", "claude; rm -rf /", "name of a model"],
		["model", { toString: "x" }, "is not a text"],
		["runType", "watcher", "is not one of"],
		["localTools", ["bash"], "is not a text"],
		["remoteTools", "a,b c", "joined by commas"],
		["promptModification", 7, "is not a text"],
		["enableDocker", true, "may only be false"],
		["githubApp", 7, "is not a string"],
	])("with %s %j is refused: %s", async (field, value, why) => {
		const body = await refusal(await servedRelay({ policy: POLICY }), requestWith({ spec: { [field]: value } }));
		expect(body).toMatchObject({ result: "refused", reason: "invalid_coderun", detail: expect.stringContaining(why) });
		expect(body).toMatchObject({ detail: expect.stringContaining(`spec.${field}`) });
	});

	it("names one model only", async () => {
		const spec = { model: "claude-opus-4-5", cliConfig: { cliType: "claude", model: "another-one" } };
		expect(await refusal(await servedRelay({ policy: POLICY }), requestWith({ spec }))).toMatchObject({
			detail: "spec.model and spec.cliConfig.model differ",
		});
	});

	it.each([
		[{ LD_PRELOAD: "/workspace/x.so" }, "spec.env.LD_PRELOAD is not allowed: HEALER_SPEC_ENV"],
		[{ NODE_OPTIONS: "--require=/workspace/x" }, "spec.env.NODE_OPTIONS is not allowed: HEALER_SPEC_ENV"],
		[{ CLAUDE_MAX_RETRIES: "0" }, "spec.env.CLAUDE_MAX_RETRIES is not allowed: HEALER_SPEC_ENV"],
		[{ TARGET_BRANCH: "$(GITHUB_TOKEN)" }, "spec.env.TARGET_BRANCH refers to another variable"],
		[{ TARGET_BRANCH: "$$$(GITHUB_TOKEN)" }, "spec.env.TARGET_BRANCH refers to another variable"],
		[{ PR_NUMBER: "1;id" }, "spec.env.PR_NUMBER is not a number in digits"],
		[{ WORKFLOW_RUN_ID: "../1" }, "spec.env.WORKFLOW_RUN_ID is not a number in digits"],
		[{ PR_NUMBER: 7 }, "spec.env.PR_NUMBER is not a text"],
		[[{ name: "A", value: "b" }], "spec.env is not an object of texts"],
	])("with the variables %j is refused", async (env, why) => {
		expect(await refusal(await servedRelay({ policy: POLICY }), requestWith({ spec: { env } }))).toMatchObject({
			result: "refused",
			reason: "invalid_coderun",
			detail: expect.stringContaining(why),
		});
	});

	it("is allowed what the relay's own settings name, and nothing beside it", async () => {
		const values = {
			HEALER_SPEC_FIELDS: ["serviceAccountName", "cliConfig.settings"],
			HEALER_SPEC_ENV: ["CARGO_TERM_COLOR"],
			HEALER_AGENTS: [],
			HEALER_MAX_ACTIVE: undefined,
			HEALER_MAX_PER_HOUR: undefined,
		};
		const relay = await servedRelay({ policy: { ...POLICY, ...ownPolicy(values) } });
		const allowed = {
			serviceAccountName: "agents",
			cliConfig: { cliType: "claude", model: "claude-opus-4-5", settings: { template: "x" } },
			env: { CARGO_TERM_COLOR: "always", TARGET_BRANCH: "$$(main)" },
		};
		expect(await refusal(relay, requestWith({ spec: { ...allowed, skillsUrl: "https://evil.test" } }))).toMatchObject({
			detail: "spec.skillsUrl is not allowed: HEALER_SPEC_FIELDS=skillsUrl allows it",
		});
		expect((await relay.spawn(requestWith({ spec: allowed }))).body).toMatchObject({ result: "created" });
	});

	it("passes as the shipped pipeline makes it", async () => {
		const relay = await servedRelay({ policy: { ...POLICY, github_apps: ["*"] } });
		const pipeline = await loadPipeline(await shippedArtefact());
		for (const kind of ["ci", "security"] as const) {
			const incident_id = (kind === "ci" ? "a" : "b").repeat(32);
			const incident: Incident = {
				...{ id: incident_id, kind, event: "workflow_job", delivery_id: "d", repository: "5dlabs/cto" },
				...{ run_id: "12216892003", branch: "feat/$(GITHUB_TOKEN)", default_branch: "main", job: "clippy" },
				...{ head_repository: "5dlabs/cto", branch_state: "exists" },
			};
			const decision = await decide(pipeline, { incident, context: {}, attempt: 1 });
			if (decision.outcome !== "spawn") throw new Error("nothing is spawned");
			const { metadata, spec } = decision.coderun;
			const name = codeRunName(decision.agent, incident_id, 1);
			const coderun = { metadata: { name, ...metadata }, spec: { ...spec } };
			const request = { ...spawnRequest({ incident_id, agent: decision.agent, claims: [] }), coderun };
			expect((await relay.spawn(request)).body).toEqual({ result: "created", coderun_name: name });
			const stored = parse(await readFile(join(relay.state, "coderuns", `${name}.yaml`), "utf8"));
			expect(stored.spec.env.TARGET_BRANCH).toBe("feat/$$(GITHUB_TOKEN)");
		}
	});
});

describe("a wire holder's labels and annotations", () => {
	it.each([
		"healer/reported",
		"healer/incident-id",
		"healer/attempt",
		"healer/request-digest",
		"healer/timed-out-at",
		"healer/created-at",
		"healer/deadline-seconds",
		"healer/outcome",
		"healer/kind",
		"healer/coderun-seen",
	])("with %s are refused", async (key) => {
		const relay = await servedRelay({ policy: POLICY });
		expect(await refusal(relay, requestWith({ labels: { [key]: "true" } }))).toMatchObject({
			result: "refused",
			reason: "invalid_coderun",
			detail: `the label ${key} is written by the relay alone`,
		});
		expect(await refusal(relay, requestWith({ annotations: { [key]: "true" } }))).toMatchObject({
			detail: `the annotation ${key} is written by the relay alone`,
		});
	});

	it.each([
		[{ "app.kubernetes.io/name": "other" }, "the label app.kubernetes.io/name is not healer"],
		[{ "healer/agent": "blaze" }, "the label healer/agent is not rex"],
		[{ "healer/workflow-run-id": "a-run" }, "the label healer/workflow-run-id is not a run's number"],
	])("with %j are refused", async (labels, why) => {
		expect(await refusal(await servedRelay({ policy: POLICY }), requestWith({ labels }))).toMatchObject({
			detail: expect.stringContaining(why),
		});
	});

	it("claim no incident by a key of its id", async () => {
		const request = spawnRequest();
		const claims = [{ name: "branch", key: request.incident_id, ttl_s: 600, while_active: true }];
		expect(await refusal(await servedRelay({ policy: POLICY }), { ...request, claims })).toMatchObject({
			detail: "claims.key is the incident's id, which only the relay claims",
		});
	});
});

describe("a wire holder's counts", () => {
	const incident = (at: number) => at.toString(16).padStart(8, "0").repeat(4);

	it("run no agent that the relay does not name", async () => {
		const relay = await servedRelay({ policy: { ...POLICY, agents: ["rex"] } });
		expect(await refusal(relay, spawnRequest({ agent: "rex2" }))).toEqual({
			result: "refused",
			reason: "invalid_coderun",
			detail: "the agent rex2 is not in HEALER_AGENTS",
		});
	});

	it.each([0, 100_000])("run no more CodeRuns of an agent than the relay allows, with max_active %i", async (asked) => {
		const policy = { ...POLICY, agents: ["rex"], limits: { max_active: 2 } };
		const relay = await servedRelay({ policy, cluster: memoryCluster(), enforceMaxActive: true });
		const results = [];
		for (let at = 1; at <= 3; at++) {
			const request = spawnRequest({ incident_id: incident(at), max_active: asked, claims: [] });
			results.push((await relay.spawn(request)).body);
		}
		expect(results.slice(0, 2)).toMatchObject([{ result: "created" }, { result: "created" }]);
		expect(results[2]).toEqual({ result: "busy", agent: "rex", active: 2, limit: "HEALER_MAX_ACTIVE" });
	});

	it("create no more CodeRuns an hour than the relay allows, by whatever names, and although they are deleted", async () => {
		const clock = virtualClock(Date.UTC(2026, 10, 22, 12));
		const cluster = memoryCluster();
		const relay = await servedRelay({ policy: { ...POLICY, limits: { max_per_hour: 3 } }, cluster, clock });
		const ask = async (at: number) => {
			const request = spawnRequest({ incident_id: incident(at), agent: `agent-${at}`, claims: [], deadline_s: 1 });
			const { body } = await relay.spawn(request);
			for (const name of cluster.unfinished()) cluster.remove(name);
			return body;
		};
		const results = await Promise.all([1, 2, 3, 4, 5, 6].map(ask));
		expect(results.filter((body) => JSON.stringify(body).includes("created"))).toHaveLength(3);
		expect(await ask(7)).toEqual({
			...{ result: "busy", agent: "agent-7", active: 3 },
			...{ limit: "HEALER_MAX_PER_HOUR", until: "2026-11-22T13:00:10.000Z" },
		});
		clock.advance(3_610_000);
		expect(await ask(8)).toMatchObject({ result: "created" });
	});

	it("are the request's where the relay sets none", async () => {
		const relay = await servedRelay({ policy: POLICY, cluster: memoryCluster(), enforceMaxActive: true });
		const results = [];
		for (let at = 1; at <= 3; at++) {
			const request = spawnRequest({ incident_id: incident(at), max_active: 2, claims: [] });
			results.push((await relay.spawn(request)).body);
		}
		expect(results[2]).toEqual({ result: "busy", agent: "rex", active: 2 });
	});
});

function cliConfig(more: object): object {
	return { cliConfig: { cliType: "claude", model: "claude-opus-4-5", ...more } };
}
