import { copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DAY_MS } from "../wire/durations.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { DemoClock } from "./demo/demo-clock.ts";
import { DemoHub } from "./demo/demo-hub.ts";
import { startGitHubStandIn } from "./demo/github/stand-in.ts";
import { play } from "./demo/play.ts";
import { readScenario, type Scenario } from "./demo/scenario-file.ts";
import { startSlackStandIn } from "./demo/slack-stand-in.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type AnsweringHub, runHub } from "./hub/run-hub.ts";
import { outputThatNeverWaits } from "./hub/unread-terminal.ts";
import { exitWith, type Output } from "./output.ts";
import { freePort } from "./state/free-port.ts";
import { readHubSettings } from "./state/hub-settings.ts";

export interface DemoOptions {
	/** Absent: any free port. */
	readonly port?: number;
	/** Kept afterwards; absent: a temporary folder. */
	readonly stateDir?: string;
	/** ISO 8601; absent: the machine's time. */
	readonly now?: string;
}

const USUAL_PORT = 8790;
const WORKER = path.join(import.meta.dirname, "../worker/demo-worker.ts");
const PIPELINE = path.join(import.meta.dirname, "demo/pipeline.yaml");
/** A week of incidents, and a day before them. */
const HISTORY_MS = 8 * DAY_MS;

/** `healer demo`: a hub of its own, full of a week of incidents. It asks nobody outside this machine. */
export async function demo(options: DemoOptions, output: Output): Promise<ExitCode> {
	const end = options.now === undefined ? Date.now() : Date.parse(options.now);
	if (Number.isNaN(end)) {
		return exitWith(output, `${options.now} is not a time: give one such as 2026-11-30T09:00:00Z.`, EXIT.usage);
	}
	const folder = await demoFolder(options.stateDir);
	if (!folder.ok) return exitWith(output, folder.problem, EXIT.usage);
	const port = await demoPort(options.port);
	if (!port.ok) return exitWith(output, port.problem);
	const quiet = outputThatNeverWaits({ ...output, line: () => undefined }, process.stdout, process.stderr);
	try {
		return await runDemo({ folder: folder.value, port: port.value, end }, output, quiet);
	} finally {
		if (options.stateDir === undefined) await rm(folder.value, { recursive: true, force: true });
		// The runtime's library keeps sockets open after it has stopped; nothing is left to write.
		setTimeout(() => process.exit(), 1_000).unref();
	}
}

interface DemoPlace {
	readonly folder: string;
	readonly port: number;
	/** When its history ends, in ms. */
	readonly end: number;
}

async function runDemo({ folder, port, end }: DemoPlace, output: Output, quiet: Output): Promise<ExitCode> {
	const pipelineFile = path.join(folder, "pipeline.yaml");
	await copyFile(PIPELINE, pipelineFile);
	const scenario = await readScenario();
	const clock = new DemoClock(end - HISTORY_MS);
	const github = await startGitHubStandIn(() => clock.now());
	const slack = await startSlackStandIn();
	// Nothing of the caller's environment: a demo reaches no cluster, no GitHub and no Slack.
	const env = {
		...github.variables,
		...slack.variables,
		HEALER_PORT: String(port),
		HEALER_RELAY_PORT: "0",
		HEALER_STATE_DIR: path.join(folder, "state"),
		HEALER_WRAPPER_PID: process.env.HEALER_WRAPPER_PID,
		npm_command: process.env.npm_command,
	};
	const settings = readHubSettings(env);
	if (!settings.ok) return exitWith(output, settings.problem, EXIT.usage);
	output.line("Making a week of incidents. This takes half a minute.");
	try {
		return await runHub({
			settings: settings.value,
			pipelineFile,
			env,
			output: quiet,
			demo: {
				workerEntry: WORKER,
				clock: clock.clock,
				fill: async (hub) => await fill(hub, { scenario, clock, github, end }),
				introduce: ({ url, folder: state }) => introduce(output, { url, pipelineFile, state: state.root }),
			},
		});
	} finally {
		await Promise.all([github.close(), slack.close()]);
	}
}

async function fill(
	hub: AnsweringHub,
	{
		scenario,
		clock,
		github,
		end,
	}: { scenario: Scenario; clock: DemoClock; github: Awaited<ReturnType<typeof startGitHubStandIn>>; end: number },
): Promise<void> {
	const worker = { url: hub.url, token: hub.secrets.HEALER_API_TOKEN };
	const start = end - HISTORY_MS;
	await clock.set(start, worker);
	await play(scenario, { hub: new DemoHub(hub, clock), github, start, end, isStopping: hub.isStopping });
	await clock.run(end, worker);
}

function introduce(
	output: Output,
	{ url, pipelineFile, state }: { url: string; pipelineFile: string; state: string },
): void {
	const edit = path.relative(process.cwd(), pipelineFile).startsWith("..")
		? pipelineFile
		: path.relative(process.cwd(), pipelineFile);
	for (const line of [
		"",
		`${output.paint("bold", "Healer's demo is ready on")} ${url}`,
		"",
		"Three things to try:",
		`  1. Open ${url}/ and the incident on top: why this agent, which log line decided, what happens next.`,
		`  2. Ask from a second terminal:  HEALER_STATE_DIR=${state} npx healer insights --since 7d`,
		`  3. Change who fixes what in ${edit}: a valid edit is active within two seconds.`,
		"",
		"It asks nobody outside this machine: GitHub and Slack are stand-ins, agents are played. Ctrl-C ends it.",
	]) {
		output.line(line);
	}
}

/** A folder of its own: history is never mixed with somebody's own hub. */
async function demoFolder(given: string | undefined): Promise<Result<string>> {
	try {
		if (given === undefined) return ok(await mkdtemp(path.join(tmpdir(), "healer-demo-")));
		const folder = path.resolve(given);
		await mkdir(folder, { recursive: true });
		if ((await readdir(folder)).length === 0) return ok(folder);
		return fail(`${given} is not empty: the demo needs a new folder. Give another one with --state-dir, or none.`);
	} catch (error) {
		return fail(`${given ?? tmpdir()} cannot be used: ${messageOf(error)}. Give another folder with --state-dir.`);
	}
}

async function demoPort(given: number | undefined): Promise<Result<number>> {
	const usual = await freePort(given ?? USUAL_PORT, "--port");
	return usual.ok || given !== undefined ? usual : await freePort(0, "--port");
}
