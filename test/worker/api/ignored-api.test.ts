import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { countIgnored } from "../../../worker/ingest/count-delivery.ts";
import { writeCounts } from "../../../worker/ingest/write-counts.ts";
import { pruneJournal } from "../../../worker/jobs/prune-journal.ts";
import { type IgnoredDelivery, ignoredDeliveriesStatement } from "../../../worker/journal/ignored-deliveries.ts";
import { example, failedJob, repositoryOf } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubEffects } from "../support/stub-effects.ts";
import { get, post, send } from "../support/worker.ts";

const DAY_MS = 86_400_000;

function ignoredAt(at: number, delivery_id: string, changes: Partial<IgnoredDelivery> = {}): IgnoredDelivery {
	const names = { event: "push", action: null, repository: "acme/shop", branch: "main" };
	return { at, delivery_id, ...names, reason: "it is a test", filter: "not_matched", ...changes };
}

async function listed(query = ""): Promise<Record<string, unknown>> {
	return (await send(get(`/api/ignored${query}`))).body;
}

const idsOf = ({ ignored }: Record<string, unknown>) =>
	(ignored as { delivery_id: string }[]).map(({ delivery_id }) => delivery_id);

describe("listIgnoredApi", () => {
	it("shows what was ignored and by which filter, in exactly these fields, newest first", async () => {
		await send(signedDelivery({ action: "started" }, { event: "watch", delivery: "d-watch" }));
		await send(signedDelivery(failedJob({ repository: "octo/hello", branch: "fix/parser" }), { delivery: "d-job" }));
		expect(await listed()).toEqual({
			ignored: [
				{
					delivery_id: "d-job",
					event: "workflow_job",
					action: "completed",
					repository: "octo/hello",
					branch: "fix/parser",
					reason: "the filter allowed-repository refuses it",
					filter: "allowed-repository",
					at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
				},
				{
					delivery_id: "d-watch",
					event: "watch",
					action: "started",
					repository: null,
					branch: null,
					reason: "the pipeline has no entry for the event watch",
					filter: "unknown_event",
					at: expect.stringMatching(/^\d{4}-/),
				},
			],
			filters: [
				{ filter: "allowed-repository", count: 1 },
				{ filter: "unknown_event", count: 1 },
			],
			next: null,
		});
	});

	it("keeps a sensor's, and says why a result counts for nothing; not what nobody signed", async () => {
		await send(post("/api/events/holiday", { repository: { full_name: "acme/shop" }, branch: "main" }));
		await send(signedDelivery("{}", { delivery: "d-forged", secret: "wrong" }));
		const { workflow_run, ...run } = example("workflow_run", "completed");
		const green = { ...run, workflow_run: { ...workflow_run, conclusion: "success" }, repository: repositoryOf({}) };
		await send(signedDelivery(green, { event: "workflow_run", delivery: "d-green" }));
		expect((await listed()).ignored).toMatchObject([
			{
				delivery_id: "d-green",
				filter: "tracked",
				reason: "workflow_run reports success, and nothing on its branch, pull request or alert is under remediation",
			},
			{ event: "holiday", repository: "acme/shop", branch: "main", filter: "unknown_event" },
		]);
	});

	it("filters, searches in any case, counts by filter, and pages without gap or repeat", async () => {
		const rows = Array.from({ length: 7 }, (_, n) => ignoredAt(1000 + (n >> 1), `d-${n}`));
		const other = ignoredAt(2000, "E-9", { repository: "Acme/Web", event: "status", filter: "bots", branch: "Fix/X" });
		await ignoredDeliveriesStatement(env.JOURNAL, [...rows, other]).run();
		expect(idsOf(await listed("?filter=bots"))).toEqual(["E-9"]);
		expect(idsOf(await listed("?repository=acme/web"))).toEqual(["E-9"]);
		expect(idsOf(await listed("?event=status"))).toEqual(["E-9"]);
		expect(idsOf(await listed("?text=fix/x"))).toEqual(["E-9"]);
		expect(idsOf(await listed("?text=e-9"))).toEqual(["E-9"]);
		expect((await listed("?filter=bots&repository=acme/shop")).filters).toEqual([{ filter: "not_matched", count: 7 }]);

		const pages: string[][] = [];
		for (let next: unknown = ""; next !== null; ) {
			const page = await listed(`?limit=3${next === "" ? "" : `&before=${next}`}`);
			pages.push(idsOf(page));
			({ next } = page);
		}
		expect(pages).toEqual([
			["E-9", "d-6", "d-5"],
			["d-4", "d-3", "d-2"],
			["d-1", "d-0"],
		]);
	});

	it.each(["?limit=0", "?before=x", `?text=${"x".repeat(256)}`])("400 for %s", async (query) => {
		expect((await send(get(`/api/ignored${query}`))).status).toBe(400);
	});

	it("cuts long texts and redacts secrets: whoever sends a delivery chooses them", async () => {
		const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
		const hostile = {
			action: `x${token}`,
			ref: `refs/heads/${"b".repeat(5000)}`,
			repository: { full_name: "acme/shop" },
		};
		await send(signedDelivery({ ...hostile, action: token }, { event: "watch" }));
		await send(signedDelivery({ ...hostile, action: ["no", "text"] }, { event: "watch" }));
		const rows = (await listed()).ignored as { action: string | null; branch: string }[];
		expect(rows.map(({ action }) => action)).toEqual([null, "[redacted: github token]"]);
		for (const { branch } of rows) expect(branch.length).toBeLessThan(350);
		expect(JSON.stringify(rows)).not.toContain(token);
	});
});

describe("countIgnored", () => {
	it("writes a burst of a hundred by one batch of two statements, after the answer", async () => {
		const stub = stubEffects();
		await writeCounts(stub);
		stub.begin();
		let release: () => void = () => {};
		const gathered = new Promise<void>((resolve) => {
			release = resolve;
		});
		const waiting = Array.from({ length: 100 }, (_, n) =>
			countIgnored({ ...stub, sleep: () => gathered }, "not_matched", ignoredAt(stub.clock, `d-${n}`)),
		);
		expect(stub.spent().statements).toBe(0);
		release();
		await Promise.all(waiting);
		expect(stub.spent()).toEqual({ statements: 2, subrequests: 1 });
		expect(await env.JOURNAL.prepare("SELECT count(*) AS n FROM ignored_deliveries").first("n")).toBe(100);
		expect(await env.JOURNAL.prepare("SELECT count FROM ignored").first("count")).toBe(100);
	});

	it("keeps what the journal did not take, and writes nothing twice", async () => {
		const stub = stubEffects();
		await writeCounts(stub);
		const away = { ...stub, journal: { ...stub.journal, batch: () => Promise.reject(new Error("D1_ERROR: away")) } };
		await countIgnored(away as unknown as typeof stub, "not_matched", ignoredAt(stub.clock, "d-1"));
		await writeCounts(stub);
		const repeated = ignoredDeliveriesStatement(env.JOURNAL, [ignoredAt(stub.clock, "d-1")]);
		expect((await repeated.run()).meta.changes).toBe(0);
		expect(idsOf(await listed())).toEqual(["d-1"]);
	});
});

describe("pruneJournal", () => {
	it("keeps the newest 5,000 ignored deliveries, and none for longer than settings.retention.ignored", async () => {
		const stub = stubEffects();
		const rows = Array.from({ length: 5_010 }, (_, n) => ignoredAt(stub.clock - 1_000_000 + n, `d-${n}`));
		const old = ignoredAt(stub.clock - 31 * DAY_MS, "old");
		for (let at = 0; at < rows.length; at += 1000) {
			await ignoredDeliveriesStatement(env.JOURNAL, rows.slice(at, at + 1000)).run();
		}
		await ignoredDeliveriesStatement(env.JOURNAL, [old]).run();
		await pruneJournal(stub);
		const kept = await env.JOURNAL.prepare("SELECT count(*) AS n, min(at) AS oldest FROM ignored_deliveries").first();
		expect(kept).toEqual({ n: 5_000, oldest: stub.clock - 1_000_000 + 10 });
		stub.clock += 31 * DAY_MS;
		await pruneJournal(stub);
		expect(await env.JOURNAL.prepare("SELECT count(*) AS n FROM ignored_deliveries").first("n")).toBe(0);
	});
});
