import { setTimeout as sleep } from "node:timers/promises";
import type { Artefact } from "../../pipeline/artefact.ts";
import { artefactVersion } from "../../pipeline/artefact-version.ts";
import { type Clock, systemClock } from "../../relay/clock.ts";
import { serveRelay } from "../../relay/serve-relay.ts";
import { stackOf } from "../../wire/log-line.ts";
import { messageOf } from "../../wire/message-of.ts";
import { readSecrets } from "../../wire/secret.ts";
import { splitList } from "../../wire/secret-list.ts";
import { TimedOut, withTimeout } from "../../wire/with-timeout.ts";
import { isAppNamed, readGitHubSettings } from "../../worker/github/github-settings.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findHostProblem } from "../github-app/github-host.ts";
import { exitWith, type Output } from "../output.ts";
import { isActive, pushArtefact } from "../push/push-artefact.ts";
import { freePort, LOOPBACK } from "../state/free-port.ts";
import { readHubFile, removeHubFile, writeHubFile } from "../state/hub-file.ts";
import type { HubSettings } from "../state/hub-settings.ts";
import { makeFilesPrivate } from "../state/keep-private.ts";
import { describeSeparators, readOrMakeSecrets, type Secrets } from "../state/secrets.ts";
import { emptyScratch, openStateFolder, type StateFolder, whyNotWritable } from "../state/state-folder.ts";
import { type StateLock, takeStateLock } from "../state/state-lock.ts";
import { printBanner } from "./banner.ts";
import { endBundler } from "./bundler.ts";
import { startCron } from "./cron.ts";
import { startEdgeRuntime } from "./edge-runtime.ts";
import type { HubRelay, HubRelayOptions } from "./embedded-relay.ts";
import { hubLine, openHubLog } from "./hub-log.ts";
import { explainStart, namingJournalFaults } from "./journal-faults.ts";
import { firstPipeline, watchPipeline } from "./live-pipeline.ts";
import { migrateJournal } from "./migrations.ts";
import { endRuntimesOf } from "./orphaned-runtime.ts";
import { bundlePage } from "./page-bundle.ts";
import { killIfStuck, listenForStop, type StopSignal } from "./stop-signal.ts";
import { isAnswered, waitUntilAnswered } from "./wait-until-answered.ts";
import { watchJournal } from "./watch-journal.ts";
import { bundleWorker } from "./worker-bundle.ts";
import { workerVariables } from "./worker-variables.ts";

export interface HubInput {
	readonly settings: HubSettings;
	readonly pipelineFile: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly output: Output;
	/** What `healer demo` does otherwise than `healer start`. */
	readonly demo?: DemoParts;
}

export interface DemoParts {
	/** The worker's entry, in place of `worker/index.ts`. */
	readonly workerEntry: string;
	/** The embedded relay's clock. */
	readonly clock: Clock;
	/** Runs when the worker answers, before the hub fires its cron. */
	fill(hub: AnsweringHub): Promise<void>;
	/** Prints what the hub is for, in place of the banner. */
	introduce(hub: AnsweringHub): void;
}

export interface AnsweringHub {
	readonly url: string;
	readonly folder: StateFolder;
	readonly secrets: Secrets["values"];
	/** Runs the worker's sweep. */
	fireCron(): Promise<void>;
	isStopping(): boolean;
}

/** Runs the hub until it is asked to stop. Stops everything that it started before it returns. */
export async function runHub(input: HubInput): Promise<ExitCode> {
	const stop = listenForStop(input.env);
	killIfStuck(stop, () => input.output.problem("Healer did not stop in time; killing it."));
	makeFilesPrivate();
	const folder = await openStateFolder(input.settings.stateDir);
	if (!folder.ok) return exitWith(input.output, folder.problem);
	const lock = await takeLockPatiently(folder.value.lock);
	if (lock === undefined) return exitWith(input.output, await anotherHub(folder.value));
	const closers: Closer[] = [() => removeHubFile(folder.value.root)];
	try {
		const problem = await Promise.race([
			start(input, folder.value, stop, closers),
			stop.asked.then((): undefined => undefined),
		]);
		if (problem !== undefined) return exitWith(input.output, problem);
		await stop.asked;
		input.output.line("Healer is stopping.");
		return EXIT.ok;
	} catch (error) {
		// Ctrl-C reaches the runtime as well, which can make a start fail.
		if (stop.isAsked()) return EXIT.ok;
		return exitWith(input.output, `Healer could not start: ${explainStart(error)}\nSee ${folder.value.log}.`);
	} finally {
		for (const close of closers.reverse()) await closeInTime(close, input.output);
		await endRuntimesOf(folder.value.root);
		lock.release();
	}
}

type Closer = () => unknown;

const CLOSE_WITHIN_MS = 2_000;
const DEMO_CRON_WITHIN_MS = 60_000;

/** One part that hangs must not keep the others from stopping. */
async function closeInTime(close: Closer, output: Output): Promise<void> {
	try {
		await withTimeout(close, CLOSE_WITHIN_MS);
	} catch (error) {
		if (!(error instanceof TimedOut)) output.problem(`Could not stop a part of the hub: ${messageOf(error)}`);
	}
}

/**
 * Starts part by part, and adds to `closers` how to stop each. Returns the problem if there is one. May still be
 * running when the hub is asked to stop: then it starts nothing more.
 */
async function start(
	{ settings, pipelineFile, env, output, demo }: HubInput,
	folder: StateFolder,
	stop: StopSignal,
	closers: Closer[],
): Promise<string | undefined> {
	const log = openHubLog(folder.log, settings.debug ? output.line : undefined);
	closers.push(log.flush);
	for (const pid of await endRuntimesOf(folder.root)) {
		output.problem(`Killed a runtime that an earlier hub left behind (process ${pid}).`);
	}
	await emptyScratch(folder);
	const secrets = await readOrMakeSecrets(env, folder.secrets);
	const wireProblem = wireSecretsProblem(secrets, folder);
	if (wireProblem !== undefined) return wireProblem;
	const separators = describeSeparators(secrets);
	if (separators !== undefined) output.line(separators);

	const app = isAppNamed(env) ? await readGitHubSettings(env) : undefined;
	if (app?.ok === false) output.problem(`The GitHub App cannot be used: ${app.problem}`);

	const place = { file: pipelineFile, keptFile: folder.artefact, colour: output.colourfulProblems };
	const first = await firstPipeline(place);
	if (!first.ok) return first.problem;
	const { fallback, warnings } = first.value;
	if (warnings !== "") output.problem(warnings);
	const artefact = inNamespace(first.value.artefact, settings);
	if (fallback !== undefined) {
		output.problem(fallback);
		output.problem(`${pipelineFile} IS NOT USED. The last good version, ${short(artefact.version)}, runs instead.`);
	}

	const host = findHostProblem(env.GITHUB_API_URL, artefact);
	if (host !== undefined) output.problem(`${host.message} ${host.cure}`);

	const port = await freePort(settings.port, "HEALER_PORT");
	if (!port.ok) return port.problem;
	const relayPort = await freePort(settings.relayPort, "HEALER_RELAY_PORT");
	if (!relayPort.ok) return relayPort.problem;
	const url = `http://${LOOPBACK}:${port.value}`;
	const relayUrl = `http://${LOOPBACK}:${relayPort.value}`;

	const runtimeLog = namingJournalFaults(log.write, output.problem);
	const [script] = await Promise.all([
		bundleWorker(artefact, demo && { entry: demo.workerEntry }),
		migrateJournal(folder, runtimeLog),
	]);
	if (stop.isAsked()) return undefined;
	const loading = Promise.withResolvers<HubRelay>();
	const relayServer = await serveRelay(loading.promise, { host: LOOPBACK, port: relayPort.value });
	closers.push(relayServer.close);
	if (stop.isAsked()) return undefined;
	const closing = <Part extends { stop(): unknown }>(part: Part): Part => {
		closers.push(part.stop);
		return part;
	};
	const page = once(bundlePage);
	// The runtime is a process of its own: what Node needs but later is loaded while that one starts.
	const [edge, relay] = await Promise.all([
		startEdgeRuntime({
			script,
			page,
			port: port.value,
			folder,
			variables: workerVariables(env, secrets, { hub: url, relay: relayUrl }),
			log: runtimeLog,
		}).then(closing),
		loadRelay({
			folder,
			sink: settings.sink,
			policy: settings.policy,
			context: settings.context,
			secrets,
			artefact,
			hubUrl: url,
			clock: demo?.clock ?? systemClock,
			env,
			log: log.write,
		}).then(
			(started) => {
				loading.resolve(started);
				return closing(started);
			},
			(error: unknown) => {
				loading.reject(error);
				throw error;
			},
		),
		page(),
	]);
	await endBundler();
	if (stop.isAsked()) return undefined;

	const answered = await Promise.race([waitUntilAnswered(`${url}/health`), stop.asked.then(() => true)]);
	if (!answered) return `The worker does not answer on ${url}. See ${folder.log}.`;
	const hub: AnsweringHub = {
		url,
		folder,
		secrets: secrets.values,
		fireCron: () => edge.fireCron(AbortSignal.timeout(DEMO_CRON_WITHIN_MS)),
		isStopping: stop.isAsked,
	};
	if (!stop.isAsked()) await demo?.fill(hub);
	if (stop.isAsked()) return undefined;
	// The active pipeline of an earlier run may differ from the file.
	const worker = { url, token: splitList(secrets.values.HEALER_API_TOKEN)[0], right: "administer" } as const;
	if (!(await isActive(worker, artefact))) {
		const pushed = await pushArtefact(worker, artefact);
		if (!pushed.ok && !stop.isAsked()) return pushed.problem;
	}
	closers.push(startCron(edge.fireCron, (error) => log.write(logLine("cron", error))));
	closers.push(
		watchPipeline(place, {
			async good(changed, doubts) {
				if (doubts !== "") output.problem(doubts);
				const edited = inNamespace(changed, settings);
				const change = await pushArtefact(worker, edited);
				if (!change.ok) throw new Error(change.problem);
				relay.usePolicyOf(edited);
				output.line(`${pipelineFile} is active: ${short(edited.version)}.`);
			},
			bad(problem) {
				output.problem(problem);
				output.problem(`${pipelineFile} IS NOT USED. The previous version stays active.`);
			},
		}),
	);
	closers.push(
		watchJournal({
			isHealthy: () => isAnswered(`${url}/health`),
			whyNotWritable: () => whyNotWritable(folder.root),
			say: output.problem,
		}),
	);
	await writeHubFile(folder.root, { pid: process.pid, url, relay_url: relayUrl });
	if (stop.isAsked()) return undefined;
	if (demo !== undefined) {
		demo.introduce(hub);
		return undefined;
	}
	printBanner(output, {
		url,
		relayUrl,
		pipeline: `${fallback === undefined ? pipelineFile : `the last good version, not ${pipelineFile}`} (${short(artefact.version)})`,
		folder,
		settings,
		coderunNamespace: artefact.spawn.namespace,
		secrets,
		debug: settings.debug,
	});
	output.line(`Healer is ready on ${url}`);
	return undefined;
}

async function loadRelay(options: HubRelayOptions): Promise<HubRelay> {
	return await (await import("./embedded-relay.ts")).startRelay(options);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

function wireSecretsProblem({ values, kept }: Secrets, folder: StateFolder): string | undefined {
	try {
		readSecrets(values.HEALER_WIRE_SECRETS);
		return undefined;
	} catch (error) {
		const where = kept.includes("HEALER_WIRE_SECRETS")
			? `It is stored in ${folder.secrets}.`
			: "It comes from the environment.";
		return `${messageOf(error)}.\n${where}`;
	}
}

/** The hub's environment may override the namespace, so that one pipeline serves several clusters. */
function inNamespace(artefact: Artefact, { namespace }: HubSettings): Artefact {
	if (namespace === undefined) return artefact;
	const { version: _, ...rest } = { ...artefact, spawn: { ...artefact.spawn, namespace } };
	return { ...rest, version: artefactVersion(rest) ?? artefact.version };
}

/** The kernel releases a killed hub's lock a moment after the kill. */
async function takeLockPatiently(file: string): Promise<StateLock | undefined> {
	for (let tries = 0; tries < 20; tries++) {
		const lock = takeStateLock(file);
		if (lock !== undefined) return lock;
		await sleep(50);
	}
	return undefined;
}

async function anotherHub(folder: StateFolder): Promise<string> {
	const other = await readHubFile(folder.root);
	const which = other === undefined ? "" : ` (process ${other.pid}, ${other.url})`;
	return `Another Healer${which} is running on the state folder ${folder.root}.\nStop it, or give this one its own folder with HEALER_STATE_DIR.`;
}

function short(version: string): string {
	return version.slice(0, 12);
}

function logLine(source: string, error: unknown): string {
	return hubLine("error", messageOf(error), { source, stack: stackOf(error) });
}
