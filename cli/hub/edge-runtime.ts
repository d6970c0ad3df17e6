import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, Response, type V4MiniflareOptions } from "miniflare";
import { LOOPBACK } from "./free-port.ts";
import { RUNTIME_MARK } from "./orphaned-runtime.ts";
import type { PageFile } from "./page-bundle.ts";
import type { StateFolder } from "./state-folder.ts";

/** The same as in wrangler.toml; a test compares them. */
export const COMPATIBILITY_DATE = "2026-10-01";

/** The worker in workerd on this machine, with its journal, keys and queue. */
export interface EdgeRuntime {
	/** Runs the SQL script of one migration. */
	exec(sql: string): Promise<void>;
	query(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
	fireCron(): Promise<void>;
	stop(): Promise<void>;
}

export interface EdgeOptions {
	readonly script: string;
	/** Absent: a worker without its page. */
	readonly page?: readonly PageFile[];
	readonly port: number;
	readonly folder: StateFolder;
	/** The worker's variables and secrets. */
	readonly variables: Readonly<Record<string, string>>;
	/** One line that the worker or workerd printed. */
	readonly log: (line: string) => void;
}

const CRON = "* * * * *";

export async function startEdgeRuntime(options: EdgeOptions): Promise<EdgeRuntime> {
	const miniflare = withoutItsSignalHandlers(() => new Miniflare(miniflareOptions(options)));
	await miniflare.ready;
	const journal = await miniflare.getD1Database("JOURNAL");
	return {
		exec: async (sql) => void (await journal.batch(statements(sql).map((statement) => journal.prepare(statement)))),
		query: async (sql, ...values) =>
			(
				await journal
					.prepare(sql)
					.bind(...values)
					.all()
			).results,
		fireCron: async () => {
			const worker = await miniflare.getWorker();
			await worker.scheduled({ cron: CRON, scheduledTime: new Date() });
		},
		stop: () => miniflare.dispose(),
	};
}

/** Its own end the process at once; the hub ends part by part, and this runtime with them. */
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

function miniflareOptions({ script, page = [], port, folder, variables, log }: EdgeOptions) {
	const options: V4MiniflareOptions = {
		host: LOOPBACK,
		port: 0,
		cf: false,
		telemetry: { enabled: false },
		log: new Log(LogLevel.NONE),
		handleStructuredLogs: ({ level, message }) => log(asLogLine(level, message)),
		unsafeRuntimeEnv: { [RUNTIME_MARK]: folder.root },
		resourceTmpPath: folder.scratch,
		workers: [
			{
				name: "healer",
				compatibilityDate: COMPATIBILITY_DATE,
				modules: [{ type: "ESModule", path: "healer.js", contents: script }],
				bindings: { ...variables },
				d1Databases: { JOURNAL: "journal" },
				kvNamespaces: { DEDUP: "dedup" },
				serviceBindings: { PAGE: (request) => answerFile(page, new URL(request.url).pathname) },
				queueProducers: { WAKEUPS: { queueName: "wakeups" } },
				queueConsumers: { wakeups: { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 0 } },
				// Around miniflare's own HTTP front, which is ten times slower than workerd.
				unsafeDirectSockets: [{ host: LOOPBACK, port }],
			},
		],
	};
	// The conversion drops it when it is set before, and the state would go to a temporary folder.
	return Object.assign(convertV4MiniflareOptions(options), { resourcePersistencePath: folder.edge });
}

/** As Cloudflare's assets do: `/` is `index.html`. */
function answerFile(page: readonly PageFile[], pathname: string): Response {
	const file = page.find(({ path }) => path === (pathname === "/" ? "/index.html" : pathname));
	if (file === undefined) return new Response("not found", { status: 404 });
	return new Response(file.bytes, { headers: { "content-type": file.type } });
}

/** The worker prints JSON already; what workerd itself says becomes JSON, so that the log is one format. */
function asLogLine(level: string, message: string): string {
	return message.startsWith("{") ? message : JSON.stringify({ level, source: "workerd", message });
}

/** D1's `batch` is one transaction and takes single statements; migrations hold no semicolon inside texts or triggers. */
function statements(sql: string): string[] {
	return sql
		.replaceAll(/^\s*--.*$/gm, "")
		.split(";")
		.map((statement) => statement.trim())
		.filter((statement) => statement !== "");
}
