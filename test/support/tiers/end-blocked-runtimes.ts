import { Worker } from "node:worker_threads";

const BLOCKED_MS = 15_000;

/**
 * Miniflare frees its proxies by synchronous calls when a runtime stops. One that never answers would block this process
 * with all results there: a thread of its own then ends the oldest workerd, and the call fails.
 */
export function endBlockedRuntimes(): void {
	const shared = new SharedArrayBuffer(4);
	const beat = new Int32Array(shared);
	setInterval(() => Atomics.add(beat, 0, 1), 500).unref();
	new Worker(WATCH, { eval: true, workerData: { shared, pid: process.pid, blocked_ms: BLOCKED_MS } }).unref();
}

const WATCH = `
const { workerData } = require("node:worker_threads");
const { spawnSync } = require("node:child_process");
const beat = new Int32Array(workerData.shared);
let last = -1;
let since = Date.now();
setInterval(() => {
	const now = Atomics.load(beat, 0);
	if (now !== last) {
		last = now;
		since = Date.now();
	} else if (Date.now() - since > workerData.blocked_ms) {
		spawnSync("pkill", ["-KILL", "-o", "-P", String(workerData.pid), "workerd"]);
		since = Date.now();
	}
}, 1000);
`;
