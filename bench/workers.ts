import { COMPATIBILITY_DATE } from "../cli/hub/edge-runtime.ts";
import { MIGRATIONS } from "../worker/journal/migrations.ts";
import type { Configuration } from "./workerd-process.ts";

export const SECRET = "secret-of-the-benchmark";

/** Answers everything and does nothing: the minimum cost of starting a worker. */
export function emptyWorker(): Configuration {
	return { files: { "worker.js": "export default { fetch: () => new Response() };" }, capnp: config("") };
}

/** A script without bindings but with Node's modules, which the benchmarks use. */
export function plainWorker(script: string): Configuration {
	return { files: { "worker.js": script }, capnp: config("", [], ["nodejs_compat"]) };
}

/** A script that may call servers on this machine. */
export function outboundWorker(script: string): Configuration {
	const internet = '(name = "internet", network = (allow = ["public", "private", "local"])),';
	return { files: { "worker.js": script }, capnp: config("", [], [], internet) };
}

/** Checks a delivery's HMAC with a key imported once, and does nothing else: the floor. */
export function hmacWorker(): Configuration {
	return { files: { "worker.js": HMAC_ONLY }, capnp: config(`(name = "SECRET", text = "${SECRET}")`) };
}

/**
 * The real bundle, with stubs of the journal, KV and the queue that answer at once in the worker's own isolate. A journal whose
 * writes change nothing makes every delivery a duplicate.
 */
export function healerWorker(bundle: string, { changes = 1 }: { readonly changes?: 0 | 1 } = {}): Configuration {
	const bindings = `
				(name = "GITHUB_WEBHOOK_SECRET", text = "${SECRET}"),
				(name = "HEALER_API_TOKEN", text = "token-of-the-benchmark"),
				(name = "HEALER_WIRE_SECRETS", text = "whsec_YmVuY2htYXJrLXNlY3JldC1vZi0zMi1ieXRlcyEh"),
				(name = "RELAY_URL", text = "http://127.0.0.1:9"),
				(name = "JOURNAL", wrapped = (moduleName = "stub:journal")),
				(name = "DEDUP", wrapped = (moduleName = "stub:keys")),
				(name = "WAKEUPS", wrapped = (moduleName = "stub:queue"))`;
	const files = { "journal.js": journalStub(changes), "keys.js": KEYS_STUB, "queue.js": QUEUE_STUB };
	return { files: { "worker.js": bundle, ...files }, capnp: config(bindings, ["journal", "keys", "queue"]) };
}

function config(bindings: string, stubs: readonly string[] = [], flags: readonly string[] = [], services = ""): string {
	const modules = stubs.map((name) => `(name = "stub:${name}", internal = true, esModule = embed "${name}.js")`);
	return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [${services}
		(name = "worker", worker = (
			modules = [(name = "worker.js", esModule = embed "worker.js")],
			compatibilityDate = "${COMPATIBILITY_DATE}",
			compatibilityFlags = [${flags.map((flag) => `"${flag}"`).join(", ")}],
			bindings = [${bindings}])),
	],
	sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "worker")],
	extensions = [(modules = [${modules.join(", ")}])],
);
`;
}

/** Checks the HMAC of each POST and answers 202 or 401. */
export const HMAC_ONLY = `
const algorithm = { name: "HMAC", hash: "SHA-256" };
let key;
export default {
	async fetch(request, env) {
		if (request.method !== "POST") return new Response();
		key ??= await crypto.subtle.importKey("raw", new TextEncoder().encode(env.SECRET), algorithm, false, ["verify"]);
		const given = Uint8Array.fromHex(request.headers.get("x-hub-signature-256").slice(7));
		const good = await crypto.subtle.verify(algorithm, key, given, await request.arrayBuffer());
		return new Response(null, { status: good ? 202 : 401 });
	},
};`;

/** Every key is absent, every write succeeds. */
const KEYS_STUB = `
export default () => ({ get: async () => null, put: async () => {}, delete: async () => {} });`;

const QUEUE_STUB = `
const send = async (body) => void JSON.stringify(body);
export default () => ({ send, sendBatch: send });`;

/**
 * All migrations are applied; any other statement changes so many rows and returns none. Values become JSON, as in the real
 * client before sending.
 */
const journalStub = (changes: 0 | 1) => `
const APPLIED = ${JSON.stringify(MIGRATIONS.map((name) => ({ name })))};
const meta = { changes: ${changes}, last_row_id: 1, duration: 0, rows_read: 0, rows_written: 1 };
const result = { success: true, results: [], meta };
class Statement {
	constructor(sql, values) {
		this.sql = sql;
		this.values = values;
	}
	bind(...values) {
		return new Statement(this.sql, values);
	}
	async run() {
		JSON.stringify(this);
		return this.sql.includes("d1_migrations") ? { ...result, results: APPLIED } : result;
	}
	all() {
		return this.run();
	}
	async first() {
		return null;
	}
}
export default () => ({
	prepare: (sql) => new Statement(sql, []),
	batch: async (statements) => {
		JSON.stringify(statements);
		return statements.map(() => result);
	},
});`;
