import { createHmac } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { describe, expect, it, onTestFinished } from "vitest";
import { openContextBench, peakOf } from "../../bench/context.ts";
import { startWorkerd } from "../../bench/workerd-process.ts";
import { healerWorker, SECRET } from "../../bench/workers.ts";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { COMPATIBILITY_DATE } from "../../cli/hub/edge-runtime.ts";
import { bundleWorker } from "../../cli/hub/worker-bundle.ts";

const MB = 1_000_000;
// An isolate has 128 MB, its code included: https://developers.cloudflare.com/workers/platform/limits/#memory
const MOST_MB = 128;

/**
 * Memory that the heaviest paths add to workerd, as measured by the system: an upper bound for the isolate. Only Linux
 * reports it.
 */
describe.runIf(process.platform === "linux")("the memory of the worker", () => {
	it("has room for a log of 100 MB", async () => {
		const { github, start } = await openContextBench();
		onTestFinished(() => github.close());
		const peak = await peakOf(start, `read?url=${encodeURIComponent(github.logOf(100 * MB))}`);
		report("a log of 100 MB", peak);
	});

	it("has room for a delivery of 25 MB", async () => {
		const workerd = await startWorkerd(healerWorker(await bundle()));
		onTestFinished(() => workerd.stop());
		await deliver(workerd.url, 1000);
		const before = workerd.peakBytes() ?? 0;
		expect(await deliver(workerd.url, 25 * MB)).toBe(202);
		report("a delivery of 25 MB", ((workerd.peakBytes() ?? 0) - before) / MB);
	});

	it("has room for a sweep over 2,000 due incidents", async () => {
		const runtime = await startRuntime();
		const journal = await runtime.getD1Database("JOURNAL");
		const worker = await runtime.getWorker();
		const sweepOnce = () => worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() });
		// The journal, the keys and the queue run in the same process: their base memory is allocated before.
		await journal.prepare(DUE).bind(8, Date.now()).run();
		await sweepOnce();
		await journal.prepare("DELETE FROM incidents").run();
		await journal.prepare(DUE).bind(2000, Date.now()).run();
		const pid = await runtimeOf(process.pid);
		const before = await peakBytes(pid);
		for (let sweep = 0; sweep < 3; sweep++) await sweepOnce();
		const { left } = (await journal.prepare(LEFT).first<{ left: number }>()) ?? { left: 0 };
		expect(left).toBeLessThan(2000);
		report(
			`three sweeps over 2,000 due incidents, with ${2000 - left} processed`,
			((await peakBytes(pid)) - before) / MB,
		);
	});
});

function report(what: string, peak_mb: number | undefined): void {
	process.stdout.write(`${what}: ${peak_mb?.toFixed(1)} MB more\n`);
	expect(peak_mb).toBeGreaterThan(0);
	expect(peak_mb).toBeLessThan(MOST_MB);
}

async function bundle(): Promise<string> {
	const built = await loadGoodPipeline("pipeline.yaml");
	if (!built.ok) throw new Error(built.problem);
	return await bundleWorker(built.value, { minify: true });
}

/** A failed job with unused padding. */
async function deliver(url: string, bytes: number): Promise<number> {
	const text = await readFile("test/cases/payloads/workflow-job-failure.json", "utf8");
	const body = JSON.stringify({ ...JSON.parse(text), padding: "x".repeat(bytes) }).slice(0, 26_000_000);
	const signature = createHmac("sha256", SECRET).update(body).digest("hex");
	const response = await fetch(`${url}webhooks/github`, {
		method: "POST",
		body,
		headers: {
			"content-type": "application/json",
			"x-github-event": "workflow_job",
			"x-github-delivery": "00000000-0000-4000-8000-000000000000",
			"x-hub-signature-256": `sha256=${signature}`,
		},
	});
	await response.body?.cancel();
	return response.status;
}

/** The real worker with a journal, keys and a queue in one process. */
async function startRuntime(): Promise<Miniflare> {
	const runtime = new Miniflare(
		convertV4MiniflareOptions({
			log: new Log(LogLevel.NONE),
			handleStructuredLogs: () => undefined,
			workers: [
				{
					name: "healer",
					compatibilityDate: COMPATIBILITY_DATE,
					modules: [{ type: "ESModule", path: "healer.js", contents: await bundle() }],
					bindings: { HEALER_LOOPBACK: "true", RELAY_URL: "http://127.0.0.1:9", HEALER_WIRE_SECRETS: WIRE_SECRET },
					d1Databases: { JOURNAL: "journal" },
					kvNamespaces: { DEDUP: "dedup" },
					queueProducers: { WAKEUPS: { queueName: "wakeups" } },
					queueConsumers: { wakeups: { maxBatchSize: 4, maxBatchTimeout: 1, maxRetries: 0 } },
				},
			],
		}),
	);
	onTestFinished(() => runtime.dispose());
	await runtime.ready;
	const journal = await runtime.getD1Database("JOURNAL");
	for (const { queries } of await readD1Migrations("worker/migrations")) {
		await journal.batch(queries.map((query) => journal.prepare(query)));
	}
	return runtime;
}

const WIRE_SECRET = "whsec_bWVtb3J5LXNlY3JldC1vZi0zMi1ieXRlcy1sb25nISE=";
const LEFT = "SELECT count(*) AS left FROM incidents WHERE status = 'accepted'";

const DUE = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
	INSERT INTO incidents (id, status, kind, event, repository, branch, identity, incident, explanation, pipeline,
		next_try_at, created_at, updated_at)
	SELECT printf('%032x', n), 'accepted', 'ci', 'workflow_job', '5dlabs/cto', 'b-' || n, 'x',
		json_object('id', printf('%032x', n), 'kind', 'ci', 'event', 'workflow_job', 'delivery_id', 'd-' || n,
			'repository', '5dlabs/cto', 'branch', 'b-' || n, 'job', 'clippy', 'evidence', hex(randomblob(8000))),
		'{"stages":[]}', 'v', ?2 - 1000, ?2 + n, ?2
	FROM n`;

/** workerd, a child process that miniflare starts. */
async function runtimeOf(parent: number): Promise<number> {
	for (const name of await readdir("/proc")) {
		const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => "") : "";
		const [, pid, command, ppid] = /^(\d+) \((.*)\) \S (\d+) /.exec(stat) ?? [];
		if (command === "workerd" && Number(ppid) === parent) return Number(pid);
	}
	throw new Error("there is no workerd");
}

/** `VmHWM` of proc(5), which counts in units of 1024 bytes. */
async function peakBytes(pid: number): Promise<number> {
	const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
	return Number(kibibytes) * 1024;
}
