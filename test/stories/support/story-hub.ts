import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { parse, parseDocument } from "yaml";
import { replaceAtomic } from "../../../relay/cluster/directory/atomic-file.ts";
import { renderYaml } from "../../../relay/cluster/directory/coderun-yaml.ts";
import { finishCodeRun } from "../../../relay/cluster/directory/finish-coderun.ts";
import type { IncidentDetail } from "../../../worker/api/shapes.ts";
import { deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "../../hub/hub-process.ts";
import { freePort } from "../../support/free-port.ts";
import { type GitHubMock, startGitHubMock } from "../../support/github/github-mock.ts";
import { type LogServer, startLogServer } from "../../support/github/log-server.ts";
import { isTree, type Tree } from "./laid-over.ts";
import type { Payload } from "./payloads.ts";

const PRELOAD = new URL("./clock/hub-preload.ts", import.meta.url).href;

/** The parts of a CodeRun's file that a story looks at. */
export interface CodeRunFile {
	readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
	readonly spec: Tree & { readonly env: Readonly<Record<string, string>>; readonly promptModification: string };
}

export interface StoryAnswer {
	readonly http: number;
	readonly body: Tree;
}

/** A running hub with one policy, and the GitHub that it asks; many stories share it. */
export class StoryHub {
	readonly github: GitHubMock;
	readonly logs: LogServer;
	private readonly home: Home;
	private readonly process: HubProcess;
	private readonly clockPort: number;

	private constructor(home: Home, process: HubProcess, clockPort: number, github: GitHubMock, logs: LogServer) {
		this.home = home;
		this.process = process;
		this.clockPort = clockPort;
		this.github = github;
		this.logs = logs;
	}

	static async start(policy: string): Promise<StoryHub> {
		const home = await makeHome();
		await writeFile(home.pipelineFile, await pipelineOf(policy));
		const github = await startGitHubMock();
		const clockPort = await freePort();
		const env = { ...github.variables, STORY_CLOCK_PORT: String(clockPort), HEALER_WRAPPER_PID: String(process.pid) };
		const hub = await startReadyHub(home, env, undefined, PRELOAD);
		return new StoryHub(home, hub, clockPort, github, await startLogServer());
	}

	/** Sets the wall clock of worker and relay to so much ahead of the machine's. */
	async setClock(aheadMs: number): Promise<void> {
		const urls = [`http://127.0.0.1:${this.clockPort}`, this.home.url].map(
			(at) => `${at}/story-clock?ahead_ms=${aheadMs}`,
		);
		for (const url of urls) await (await fetch(url)).json();
	}

	async stop(): Promise<void> {
		this.process.signalGroup("SIGKILL");
		await this.process.ended();
		await this.logs.close();
		await this.github.close();
	}

	async deliver({ event, payload }: Payload, id: string): Promise<StoryAnswer> {
		const { status, body } = await deliver(this.home, event, payload, id);
		return { http: status, body: body as Tree };
	}

	/** As a sensor forwards it, or something of ours sends it. */
	async sense(route: string, body: unknown): Promise<StoryAnswer> {
		return await this.post(route, body);
	}

	async act(id: string, action: string, agent?: string): Promise<StoryAnswer> {
		return await this.post(`/api/incidents/${id}/${action}`, agent === undefined ? {} : { agent });
	}

	/** Oldest first, name by name. */
	async incidents(repositories: readonly string[]): Promise<readonly IncidentDetail[]> {
		const lists = await Promise.all(repositories.map(async (name) => await this.incidentsOf(name)));
		return lists.flat();
	}

	private async incidentsOf(repository: string): Promise<readonly IncidentDetail[]> {
		const route = `/api/incidents?limit=200&repository=${encodeURIComponent(repository)}`;
		const { incidents } = (await getJson(this.home, route)) as { incidents: readonly { id: string }[] };
		return await Promise.all(
			incidents
				.toReversed()
				.map(async ({ id }) => (await getJson(this.home, `/api/incidents/${id}`)) as IncidentDetail),
		);
	}

	async insights(repository?: string): Promise<Tree> {
		const query = repository === undefined ? "" : `?repository=${encodeURIComponent(repository)}`;
		return (await getJson(this.home, `/api/insights${query}`)) as Tree;
	}

	/** What lies in the sink: the truth about how many there are. */
	async codeRuns(repositories: readonly string[]): Promise<readonly CodeRunFile[]> {
		const folder = path.join(this.home.stateDir, "coderuns");
		const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml") && !name.startsWith("."));
		// A name begins with its incident's; the repository is only in the file.
		const files = await Promise.all(names.map(async (name) => await this.readCodeRun(path.join(folder, name))));
		return files.filter((file) => repositories.includes(file.metadata.annotations["healer/repository"] ?? ""));
	}

	private readonly read = new Map<string, CodeRunFile>();

	private async readCodeRun(file: string): Promise<CodeRunFile> {
		const known = this.read.get(file);
		if (known !== undefined) return known;
		const made = parse(await readFile(file, "utf8")) as CodeRunFile;
		this.read.set(file, made);
		return made;
	}

	/** Ends a CodeRun as its controller would, with what its agent left. */
	async endCodeRun(name: string, { phase, ...left }: { readonly phase: string } & Tree): Promise<void> {
		const file = path.join(this.home.stateDir, "coderuns", `${name}.yaml`);
		if (phase === "Deleted") return await rm(file);
		const coderun = parse(await readFile(file, "utf8")) as Tree;
		await replaceAtomic(file, renderYaml({ ...coderun, status: { ...Object(coderun.status), ...left } }));
		const finished = await finishCodeRun(this.home.stateDir, name, phase, Date.now());
		if (!finished.ok) throw new Error(`${name} cannot end: ${finished.reason}`);
	}

	/** The lines of the hub's log that name one of these, without the sources that no story has. */
	async logLines(names: readonly string[]): Promise<readonly string[]> {
		const text = await readFile(path.join(this.home.stateDir, "hub.log"), "utf8");
		const lines = text.split("\n").filter((line) => !line.includes('"status":"skipped"'));
		return lines.filter((line) => names.some((name) => line.includes(name)));
	}

	private async post(route: string, body: unknown): Promise<StoryAnswer> {
		const secrets = parseEnv(await readFile(path.join(this.home.stateDir, "secrets.env"), "utf8"));
		const response = await fetch(`${this.home.url}${route}`, {
			method: "POST",
			body: JSON.stringify(body),
			headers: { "content-type": "application/json", authorization: `Bearer ${secrets.HEALER_API_TOKEN}` },
		});
		return { http: response.status, body: (await response.json()) as Tree };
	}
}

/** The shipped pipeline with the policy's overrides in it, comments and all. */
async function pipelineOf(policy: string): Promise<string> {
	const root = path.join(import.meta.dirname, "../../..");
	const shipped = parseDocument(await readFile(path.join(root, "pipeline.yaml"), "utf8"));
	const policies = parse(await readFile(path.join(import.meta.dirname, "policies.yaml"), "utf8")) as Record<
		string,
		Tree
	>;
	const over = policies[policy];
	if (over === undefined) throw new Error(`policies.yaml has no policy ${policy}`);
	for (const tree of new Set([policies.usual ?? {}, over])) {
		for (const [at, value] of leaves(tree)) shipped.setIn(at, value);
	}
	return shipped.toString({ lineWidth: 0 });
}

function leaves(tree: Tree, at: readonly string[] = []): readonly (readonly [readonly string[], unknown])[] {
	return Object.entries(tree).flatMap(([key, value]) =>
		isTree(value) ? leaves(value, [...at, key]) : [[[...at, key], value] as const],
	);
}
