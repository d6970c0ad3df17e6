import { createRequire } from "node:module";
import path from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, Response, type V4MiniflareOptions } from "miniflare";
import { LOOPBACK } from "../state/free-port.ts";
import type { StateFolder } from "../state/state-folder.ts";
import { runtimeLine } from "./hub-log.ts";
import { LOCAL_OBJECTS, linkJournal, localModules } from "./local-bindings.ts";
import { RUNTIME_MARK } from "./orphaned-runtime.ts";
import type { PageFile } from "./page-bundle.ts";

/** Same as in wrangler.toml; a test compares them. */
export const COMPATIBILITY_DATE = "2026-10-01";

/**
 * The worker in workerd on this machine, with its journal, keys and queue. Nothing here uses miniflare's bindings for
 * Node (`getD1Database`, `getWorker`): they block Node's only thread until workerd answers, and workerd blocks when its
 * output is not read. HTTP requests do neither.
 */
export interface EdgeRuntime {
	/** Runs the worker's sweep; rejects when it fails or `signal` ends it. */
	fireCron(signal: AbortSignal): Promise<void>;
	stop(): Promise<void>;
}

export interface EdgeOptions {
	readonly script: string;
	/** Asked for at each request of a file. Absent: a worker without its page. */
	readonly page?: () => Promise<readonly PageFile[]>;
	readonly port: number;
	readonly folder: StateFolder;
	/** The worker's variables and secrets. */
	readonly variables: Readonly<Record<string, string>>;
	/** Receives each line that the worker or workerd prints. */
	readonly log: (line: string) => void;
}

const CRON = "* * * * *";

export async function startEdgeRuntime({
	script,
	page = async () => [],
	port,
	folder,
	variables,
	log,
}: EdgeOptions): Promise<EdgeRuntime> {
	const miniflare = await startMiniflare(folder, log, script, {
		name: "healer",
		bindings: { ...variables },
		serviceBindings: {
			PAGE: async (request: { readonly url: string }) => answerFile(await page(), new URL(request.url).pathname),
		},
		// Bypasses miniflare's own HTTP front end, which is ten times slower than workerd.
		unsafeDirectSockets: [{ host: LOOPBACK, port }],
	});
	return {
		fireCron: async (signal) => {
			const query = new URLSearchParams({ cron: CRON, time: String(Date.now()) });
			const response = await miniflare.dispatchFetch(`http://localhost/cdn-cgi/local/scheduled?${query}`, { signal });
			const outcome = await response.text();
			if (!response.ok) throw new Error(`the sweep ended with ${outcome}`);
		},
		stop: () => miniflare.dispose(),
	};
}

/** Runs one request through a worker that has the journal and no socket of its own, then stops its runtime. */
export async function askJournalWorker(
	script: string,
	body: string,
	folder: StateFolder,
	log: (line: string) => void,
): Promise<{ readonly status: number; readonly text: string }> {
	const miniflare = await startMiniflare(folder, log, script, { name: "journal" });
	try {
		const response = await miniflare.dispatchFetch("http://localhost/", { method: "POST", body });
		return { status: response.status, text: await response.text() };
	} finally {
		await miniflare.dispose();
	}
}

async function startMiniflare(
	folder: StateFolder,
	log: (line: string) => void,
	script: string,
	bindings: Omit<WorkerOptions, "modules">,
) {
	useRuntimeWithGuard();
	await linkJournal(folder.edge);
	const worker = { ...bindings, modules: await localModules(script) };
	const miniflare = withoutItsSignalHandlers(() => new Miniflare(miniflareOptions(folder, log, worker)));
	await miniflare.ready;
	return miniflare;
}

type WorkerOptions = Extract<V4MiniflareOptions, { workers: unknown }>["workers"][number];

/**
 * miniflare starts this program instead of workerd:
 * https://github.com/cloudflare/workers-sdk/tree/main/packages/miniflare
 */
function useRuntimeWithGuard(): void {
	process.env.MINIFLARE_WORKERD_PATH = path.join(import.meta.dirname, "runtime.sh");
}

/** The binary of miniflare's workerd. Without install scripts, `bin/workerd` is a Node script in front of it. */
export function workerdPath(): string {
	const require = createRequire(import.meta.resolve("miniflare"));
	return (require("workerd") as { readonly default: string }).default;
}

/** miniflare's signal handlers end the process at once; the hub stops part by part, this runtime included. */
function withoutItsSignalHandlers(create: () => Miniflare): Miniflare {
	const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
	const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
	const miniflare = create();
	for (const signal of signals) {
		for (const listener of process.listeners(signal)) {
			if (!before.has(listener)) process.removeListener(signal, listener);
		}
	}
	return miniflare;
}

function miniflareOptions(folder: StateFolder, log: (line: string) => void, worker: WorkerOptions) {
	const options: V4MiniflareOptions = {
		host: LOOPBACK,
		port: 0,
		cf: false,
		telemetry: { enabled: false },
		log: new Log(LogLevel.NONE),
		handleStructuredLogs: ({ level, message }) => log(runtimeLine(level, message)),
		unsafeRuntimeEnv: { [RUNTIME_MARK]: folder.root, HEALER_WORKERD: workerdPath() },
		unsafeTriggerHandlers: true,
		resourceTmpPath: folder.scratch,
		workers: [{ compatibilityDate: COMPATIBILITY_DATE, durableObjects: LOCAL_OBJECTS, ...worker }],
	};
	// The conversion drops this option when it is set earlier, and state would go to a temporary folder.
	return Object.assign(convertV4MiniflareOptions(options), { resourcePersistencePath: folder.edge });
}

/** Like Cloudflare's assets: `/` is `index.html`. */
function answerFile(page: readonly PageFile[], pathname: string): Response {
	const file = page.find(({ path }) => path === (pathname === "/" ? "/index.html" : pathname));
	if (file === undefined) return new Response("not found", { status: 404 });
	return new Response(file.bytes, { headers: { "content-type": file.type } });
}
