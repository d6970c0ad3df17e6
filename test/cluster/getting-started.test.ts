import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CoreV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { findClusterBinaries } from "../../cli/cluster/cluster-binaries.ts";
import { codeRuns, getJson, type Home, type HubProcess, makeHome, ROOT, startReadyHub } from "../hub/hub-process.ts";
import { linkHealer, typeIn } from "../hub/newcomer.ts";
import { commandsOf } from "../support/markdown.ts";
import { provideHelm } from "./servers/helm-program.ts";
import { configOf, startDeployedRelay } from "./support/deployed-relay.ts";
import { adminConfig, namespaceOf } from "./support/namespace.ts";
import { postSpawn } from "./support/relay-process.ts";
import { requestIn } from "./support/spawning.ts";
import { standInWorker } from "./support/stand-in-worker.ts";

/** What a newcomer of another organisation writes instead of the page's names. */
const NAMES = [
	[/\bacme\b/g, "globex"],
	[/\bferris\b/g, "hank"],
	[/\bcto (?=get|create)|\bcto$/g, "globex-agents "],
	[/ -n cto\b/g, " -n globex-agents"],
	[/ --yes$/, " --namespace globex-agents --yes"],
] as const;
const NAMESPACE = "globex-agents";
const SECRET = { namespace: NAMESPACE, name: "healer-relay" };
const SOON = { timeout: 60_000 };

const above = mkdtempSync(path.join(tmpdir(), "healer-newcomer-"));
const repository = path.join(above, "globex-healer");
const printed = new Map<string, string>();
let home: Home;
let hub: HubProcess | undefined;
let tools: string;

beforeAll(async () => {
	const binaries = await findClusterBinaries(process.env);
	if (!binaries.ok) throw new Error(binaries.problem);
	tools = mkdtempSync(path.join(tmpdir(), "healer-tools-"));
	symlinkSync(binaries.value.kubectl, path.join(tools, "kubectl"));
	// Where Helm is missing, it is built first.
	symlinkSync(await provideHelm(), path.join(tools, "helm"));
	home = { ...(await makeHome()), stateDir: path.join(repository, ".healer") };
}, 600_000);
afterAll(async () => {
	await stopHub();
});

describe("docs/getting-started.md, as another organisation types it on a cluster", () => {
	it.each(commandsOf("docs/getting-started.md", /^(?!.*GitHub App)/))("%s", async (onPage) => {
		const command = NAMES.reduce((text, [name, own]) => text.replace(name, own).trimEnd(), onPage);
		printed.set(onPage, await follow(command));
	});

	it("leads to exactly one CodeRun in the cluster, by the agent that the policy chose", async () => {
		const namespace = namespaceOf(adminConfig(), NAMESPACE);
		await expect.poll(async () => (await namespace.coderuns()).length, SOON).toBe(1);
		const [coderun] = await namespace.coderuns("app.kubernetes.io/name=healer,healer/agent=hank");
		expect(coderun?.spec).toMatchObject({
			githubApp: "Globex-Hank",
			repositoryUrl: "https://github.com/globex/shop",
		});
		const replayed = outputOf("npx healer replay failed-job.json --event workflow_job");
		expect(replayed).toMatch(/^202 .*"status":"accepted"/);
		const { incident_id } = JSON.parse(replayed.slice(4));
		const { trace_id } = (await getJson(home, `/api/incidents/${incident_id}`)) as { trace_id: string };
		expect(trace_id).toMatch(/^[0-9a-f]{32}$/);
		const traceparent = expect.stringMatching(new RegExp(`^00-${trace_id}-[0-9a-f]{16}-01$`));
		expect(coderun?.metadata.annotations).toMatchObject({
			"healer/repository": "globex/shop",
			"healer/traceparent": traceparent,
		});
		expect(coderun?.spec.env).toMatchObject({ TRACEPARENT: traceparent });
		expect(codeRuns(home)).toEqual([]);

		// Sent again, it is the same incident, and nothing is created.
		const again = await follow("npx healer replay failed-job.json --event workflow_job");
		expect(JSON.parse(again.slice(4))).toMatchObject({ status: "duplicate", incident_id });
		expect(await namespace.coderuns()).toHaveLength(1);
	});

	it("leaves a relay in the cluster that creates CodeRuns for this organisation and no other", async () => {
		await stopHub();
		const worker = await standInWorker();
		const { data } = await adminConfig().makeApiClient(CoreV1Api).readNamespacedSecret(SECRET);
		const secrets = [Buffer.from(data?.HEALER_WIRE_SECRETS ?? "", "base64").toString()];
		const account = await configOf(NAMESPACE, "healer-relay");
		const relay = await startDeployedRelay(NAMESPACE, account, worker.url);
		onTestFinished(relay.stop);
		const ready = await fetch(`${relay.url}/readyz`);
		expect([ready.status, await ready.text()]).toEqual([200, "ok\n"]);
		const inRepository = (name: string) => {
			const address = `https://github.com/${name}`;
			const spec = { repositoryUrl: address, docsRepositoryUrl: address, githubApp: "Globex-Atlas" };
			return postSpawn(relay.url, requestIn(NAMESPACE, { spec }), secrets);
		};
		expect(await inRepository("globex/shop")).toMatchObject({ result: "created" });
		expect(await inRepository("acme/shop")).toEqual({
			result: "refused",
			reason: "repository_not_allowed",
			detail: "spec.repositoryUrl acme/shop is not in HEALER_REPOSITORIES",
		});
	});
});

/** Does what a person does who reads this command. */
async function follow(command: string): Promise<string> {
	const kubernetes = { KUBECONFIG: inject("kubeconfig"), KUBECACHEDIR: path.join(tools, "cache"), HOME: tools };
	const env = { ...kubernetes, PATH: `${tools}${path.delimiter}${process.env.PATH}` };
	if (command.startsWith("npx healer init")) return await typeIn(ROOT, command.replace("../", `${above}/`));
	if (command.startsWith("cd ")) return "";
	if (command.startsWith("git init")) {
		linkHealer(repository);
		return "";
	}
	if (command.endsWith("npm start")) {
		await stopHub();
		const given = command
			.split(" ")
			.filter((word) => word.includes("="))
			.map((word) => word.split("="));
		hub = await startReadyHub(home, { ...Object.fromEntries(given), KUBECONFIG: env.KUBECONFIG }, repository);
		return "";
	}
	return await typeIn(repository, command, home, env);
}

async function stopHub(): Promise<void> {
	hub?.signalGroup("SIGTERM");
	await hub?.ended();
	hub = undefined;
}

function outputOf(command: string): string {
	const output = printed.get(command);
	if (output === undefined) throw new Error(`the page no longer has ${command}`);
	return output;
}
