import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPipeline } from "../../cli/build-pipeline.ts";
import { runParts } from "../../cli/doctor/part.ts";
import { doctor } from "../../cli/doctor.ts";
import type { Artefact } from "../../pipeline/index.ts";
import { changed, goodWorld, RELAY_SETTINGS, serveWorld, smallPipeline, type World } from "./doctor-world.ts";
import { write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const SECRETS = {
	GITHUB_WEBHOOK_SECRET: "w",
	HEALER_API_TOKEN: "t",
	HEALER_WIRE_SECRETS: "whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE=",
};
const GOOD = {
	pipeline: "ok",
	worker: "ok",
	"active pipeline": "ok",
	"sensor's token": "ok",
	"GitHub's signature": "ok",
	"wire, at the worker": "ok",
	"GitHub App": "unknown",
	"unknown heads": "warning",
	relay: "ok",
	"relay's cluster": "ok",
	"wire, at the relay": "ok",
	versions: "ok",
	cluster: "ok",
	namespace: "ok",
	"CodeRun definition": "ok",
	permissions: "ok",
	"relay's policy": "ok",
	"relay's worker": "ok",
	namespaces: "ok",
	"GitHub's host": "ok",
} as const;

const KUBECONFIG_NOWHERE = {
	...{ "current-context": "c", users: [{ name: "me", user: {} }] },
	contexts: [{ name: "c", context: { cluster: "c", user: "me" } }],
	clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:9" } }],
};

let artefact: Artefact;
beforeAll(async () => {
	const built = await buildPipeline(smallPipeline());
	if (!built.ok || !built.value.ok) throw new Error("the small pipeline is not valid");
	({ artefact } = built.value);
});

interface Report {
	readonly code: number;
	readonly ok: boolean;
	readonly counts: Readonly<Record<string, number>>;
	readonly checks: readonly {
		readonly name: string;
		readonly status: string;
		readonly summary: string;
		cure?: string;
	}[];
}

interface Case {
	readonly world?: Partial<World>;
	readonly env?: Readonly<Record<string, string>>;
	readonly edit?: (pipeline: string) => string;
	readonly strict?: boolean;
}

/** What doctor reports of the good world with these changes. */
async function examined({ world = {}, env, edit, strict = false }: Case): Promise<Report> {
	const pipeline = smallPipeline(edit);
	const places = await serveWorld(changed(goodWorld(artefact.version), world), path.dirname(pipeline));
	const output = recordedOutput();
	const code = await doctor({ pipeline, json: true, strict }, { ...SECRETS, ...places, ...env }, output);
	return { code, ...JSON.parse(output.lines.join("\n")) };
}

/** The status of each part; of a part with several lines, the worst. */
function statuses({ checks }: Report): Record<string, string> {
	const rank = ["ok", "unknown", "warning", "failed"];
	const worst: Record<string, string> = {};
	for (const { name, status } of checks) {
		if (rank.indexOf(status) > rank.indexOf(worst[name] ?? "ok")) worst[name] = status;
		else worst[name] ??= status;
	}
	return worst;
}

const settings = (changes: object): Case => ({
	world: {
		cluster: { "/api/v1/namespaces/cto/configmaps/settings": [200, { data: { ...RELAY_SETTINGS, ...changes } }] },
	},
});
const onWorker = (worker: World["worker"]): Case => ({ world: { worker } });
const onRelay = (relay: World["relay"]): Case => ({ world: { relay } });
const inCluster = (cluster: World["cluster"]): Case => ({ world: { cluster } });
const NAMED_PIPELINE = { pipeline: "0123456789abcdef" };

/** One thing that is wrong, the parts that say so, and a line that says what. */
const CASES: readonly (readonly [what: string, Case, parts: Readonly<Record<string, string>>, line: string])[] = [
	[
		"an invalid pipeline",
		{ edit: (text) => text.replace("max_active: 2", "max_active: many") },
		{
			...{ pipeline: "failed", "active pipeline": "unknown", "relay's policy": "unknown", "GitHub's host": "unknown" },
			"unknown heads": "absent",
		},
		"has 1 error. Run `npx healer check` to see them.",
	],
	[
		"a worker that refuses deliveries",
		onWorker({ "/health": [503, { status: "failing", reason: "the journal is gone" }] }),
		{ worker: "failed" },
		"refuses deliveries: the journal is gone. See the worker's log",
	],
	[
		"another active pipeline",
		onWorker({ "/api/status": [200, NAMED_PIPELINE] }),
		{ "active pipeline": "warning" },
		"0123456789ab is not the local",
	],
	[
		"a token that the worker refuses",
		onWorker({ "/api/remediate/ci-failure": [401, {}] }),
		{ "sensor's token": "failed" },
		"the worker refuses HEALER_API_TOKEN.",
	],
	[
		"a webhook secret that the worker refuses",
		onWorker({ "/webhooks/github": [401, {}] }),
		{ "GitHub's signature": "failed" },
		"the worker refuses GITHUB_WEBHOOK_SECRET.",
	],
	[
		"a wire secret that the worker refuses",
		onWorker({ "/api/outcomes": [401, {}] }),
		{ "wire, at the worker": "failed" },
		"the worker refuses HEALER_WIRE_SECRETS.",
	],
	[
		"a GitHub that does not answer",
		{ env: { GITHUB_APP_ID: "1", GITHUB_PRIVATE_KEY: "app.pem" } },
		{ "GitHub App": "failed", "unknown heads": "absent" },
		"GITHUB_PRIVATE_KEY is a file name",
	],
	["a relay that is ill", onRelay({ "/livez": [500, {}] }), { relay: "failed" }, "/livez: it answered 500."],
	[
		"a relay without a cluster",
		onRelay({ "/readyz": [503, "no leases"] }),
		{ "relay's cluster": "failed" },
		"no leases",
	],
	[
		"a wire secret that the relay refuses",
		onRelay({ "/v1/context": [401, {}] }),
		{ "wire, at the relay": "failed" },
		"the relay refuses HEALER_WIRE_SECRETS.",
	],
	[
		"a namespace that does not exist",
		inCluster({ "/api/v1/namespaces/cto": [404, {}] }),
		{ namespace: "failed" },
		"kubectl create namespace cto.",
	],
	[
		"a cluster without CodeRuns",
		inCluster({ "/apis/agents.platform/v1": [404, {}] }),
		{ "CodeRun definition": "failed" },
		"does not serve coderuns",
	],
	[
		"a permission that the relay lacks",
		inCluster({ "/apis/authorization.k8s.io/v1/subjectaccessreviews": [201, { status: { allowed: false } }] }),
		{ permissions: "failed" },
		"ServiceAccount healer-relay may not get leases",
	],
	[
		"an agent that the relay does not know",
		settings({ HEALER_AGENTS: "rex,sage" }),
		{ "relay's policy": "failed" },
		"HEALER_AGENTS lacks atlas: the relay refuses their CodeRuns. Add what is missing to HEALER_AGENTS",
	],
	[
		"an agent that only the relay knows",
		settings({ HEALER_AGENTS: "rex,atlas,sage" }),
		{ "relay's policy": "warning" },
		"HEALER_AGENTS allows sage, which the pipeline does not have.",
	],
	[
		"an App that the relay does not allow",
		settings({ HEALER_GITHUB_APPS: "5DLabs-Rex" }),
		{ "relay's policy": "failed" },
		"HEALER_GITHUB_APPS lacks 5DLabs-Atlas:",
	],
	[
		"a repository that the relay does not allow",
		settings({ HEALER_REPOSITORIES: "acme/*" }),
		{ "relay's policy": "failed" },
		"HEALER_REPOSITORIES lacks 5dlabs/cto",
	],
	[
		"a higher max_active than the relay's",
		settings({ HEALER_AGENTS: "rex,atlas", HEALER_MAX_ACTIVE: "1" }),
		{ "relay's policy": "warning" },
		"is higher than the relay's HEALER_MAX_ACTIVE of 1: atlas 2. The lower one counts",
	],
	[
		"a relay that reports to somebody else",
		settings({ HEALER_URL: "https://healer.example.com" }),
		{ "relay's worker": "failed" },
		"it reports outcomes to https://healer.example.com, which is not",
	],
	[
		"a relay that is not installed",
		inCluster({ "/apis/apps/v1/namespaces/cto/deployments/healer-relay": [404, {}] }),
		{ "relay's policy": "unknown", "relay's worker": "absent" },
		"cto has no Deployment healer-relay",
	],
	[
		"manifests of another namespace",
		{ world: { files: { "deploy/relay/kustomization.yaml": "namespace: healer\n" } } },
		{ namespaces: "failed" },
		"spawn.namespace of the pipeline is cto, RELAY_URL in wrangler.toml is cto, deploy/relay is healer, deploy/tunnel is cto.",
	],
	[
		"an Enterprise Server that only the worker knows",
		{ env: { GITHUB_API_URL: "https://ghe.acme.dev/api/v3" } },
		{ "GitHub's host": "failed" },
		"ghe.acme.dev",
	],
];

describe("healer doctor", () => {
	it("reports a good world as ok", async () => {
		const report = await examined({});
		expect([report.code, report.ok, statuses(report)]).toEqual([0, true, GOOD]);
		expect(report.counts).toEqual({ ok: 18, warning: 1, failed: 0, unknown: 1 });
		expect(report.checks.find(({ name }) => name === "namespaces")?.summary).toBe(
			"cto in spawn.namespace of the pipeline, RELAY_URL in wrangler.toml, deploy/relay, deploy/tunnel. Not named by HEALER_NAMESPACE, RELAY_URL, the kubeconfig's context.",
		);
	});

	it.each(CASES)("%s changes what is said of it, and of nothing else", async (_what, broken, parts, line) => {
		const report = await examined(broken);
		const { ...expected }: Record<string, string> = { ...GOOD, ...parts };
		for (const [name, status] of Object.entries(expected)) if (status === "absent") delete expected[name];
		expect(statuses(report)).toEqual(expected);
		expect(report.code).toBe(Object.values(parts).includes("failed") ? 1 : 0);
		expect(report.checks.map(({ summary, cure = "" }) => `${summary} ${cure}`).join("\n")).toContain(line);
	});

	it("checks every part when all of them fail", async () => {
		const nowhere = "http://127.0.0.1:9";
		const report = await examined({
			edit: () => "version: 1\nnonsense: true\n",
			world: {
				files: { "wrangler.toml": "", "deploy/relay/kustomization.yaml": "{", "deploy/tunnel/kustomization.yaml": "" },
			},
			env: {
				...{ HEALER_URL: nowhere, RELAY_URL: nowhere, KUBECONFIG: "/nonexistent" },
				...{ GITHUB_APP_ID: "1", GITHUB_PRIVATE_KEY: "app.pem" },
			},
		});
		expect(statuses(report)).toEqual({
			...{ pipeline: "failed", worker: "failed", "active pipeline": "unknown", "sensor's token": "unknown" },
			...{ "GitHub's signature": "unknown", "wire, at the worker": "unknown", "GitHub App": "failed" },
			...{ relay: "failed", "relay's cluster": "unknown", "wire, at the relay": "unknown", versions: "unknown" },
			...{ cluster: "failed", namespaces: "unknown", "GitHub's host": "unknown" },
		});
		expect(report.code).toBe(1);
		expect(report.checks.filter(({ status, cure }) => status !== "ok" && !cure)).toEqual([]);
	});

	it("says of a cluster that refuses connections that it fails, and of the rest in it that nothing is known", async () => {
		const kubeconfig = write(path.dirname(smallPipeline()), "kubeconfig", JSON.stringify(KUBECONFIG_NOWHERE));
		const report = await examined({ env: { KUBECONFIG: kubeconfig } });
		expect(statuses(report)).toEqual({
			...GOOD,
			...{ cluster: "failed", namespace: "unknown", "CodeRun definition": "unknown", permissions: "unknown" },
			...{ "relay's policy": "unknown", "relay's worker": undefined },
		});
	});

	it("names what differs between the local and the active pipeline", async () => {
		const { rex, ...agents } = artefact.agents;
		const route = artefact.route.toSpliced(0, 1);
		const active = {
			...artefact,
			version: NAMED_PIPELINE.pipeline,
			route,
			agents: { ...agents, rex: { ...rex, max_active: 9 } },
		};
		const report = await examined(
			onWorker({ "/api/status": [200, NAMED_PIPELINE], "/api/export": [200, { artefact: active }] }),
		);
		const [first] = artefact.route;
		expect(report.checks.find(({ name }) => name === "active pipeline")?.summary).toMatch(
			new RegExp(`: they differ in agents \\(rex\\), route \\(${first?.name}\\)\\.$`),
		);
	});

	it("takes warnings and unknown parts for a problem with --strict", async () => {
		expect(await examined({ strict: true })).toMatchObject({ code: 1, ok: false });
	});
});

describe("runParts", () => {
	it("says of a part that takes too long, or throws, that it is unknown, and checks the others", async () => {
		const parts = [
			{ name: "slow", check: () => new Promise<never>(() => undefined) },
			{
				name: "broken",
				check: () => {
					throw new Error("no such thing");
				},
			},
			{ name: "good", check: () => ({ name: "good", status: "ok", summary: "it works." }) as const },
		];
		expect(await runParts(parts, 20)).toEqual([
			{ name: "slow", status: "unknown", summary: "no answer within 0.02 s.", cure: "Run doctor again." },
			{
				...{ name: "broken", status: "unknown", summary: "could not be checked: no such thing." },
				cure: "This is a bug of doctor: report it.",
			},
			{ name: "good", status: "ok", summary: "it works." },
		]);
	});
});
