import fc from "fast-check";
import { expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { listFlakes } from "../../../worker/journal/flakes.ts";
import { endRerun, pass, type RerunHub, reportRun, rerunHub } from "../../worker/support/rerun-hub.ts";

const FIRST = 1000;
/** 40 flakes, 20 that look like one and are not, 40 that the same code brings back. */
const RUNS = Array.from({ length: 100 }, (_, index) => FIRST + index);
const isFlake = (id: number) => id < FIRST + 40;
const isReal = (id: number) => !isFlake(id) && id < FIRST + 60;

function logOf(id: number): string {
	const lines =
		isFlake(id) || isReal(id)
			? [`npm ERR! request to https://r${id}.example.com/x failed, reason: getaddrinfo ENOTFOUND r${id}.example.com`]
			: ["error[E0308]: mismatched types", `  --> src/m${id}.rs:10:5`, "error: could not compile `m` (lib)"];
	return [...lines, "##[error]Process completed with exit code 1."].join("\n");
}

/** Two consumers at once, then whatever is due. */
async function process(hub: RerunHub, ids: readonly string[]): Promise<void> {
	for (const id of ids) {
		hub.begin();
		await Promise.all([processIncident(hub, id), processIncident(hub, id)]);
	}
}

async function statuses({ journal }: RerunHub): Promise<Readonly<Record<string, number>>> {
	const { results } = await journal
		.prepare("SELECT status || ' ' || coalesce(fixed_by, '') AS state, count(*) AS count FROM incidents GROUP BY 1")
		.all<{ state: string; count: number }>();
	return Object.fromEntries(results.map(({ state, count }) => [state.trim(), count]));
}

/** The deterministic failures whose CodeRun was made later than at the first moment at which they were looked at. */
async function notSentAtOnce({ journal, clock }: RerunHub): Promise<readonly unknown[]> {
	const { results } = await journal
		.prepare(
			`SELECT run_id FROM incidents WHERE CAST(run_id AS INTEGER) >= ?1 AND NOT EXISTS (
				SELECT 1 FROM transitions WHERE incident_id = incidents.id AND event = 'spawned' AND at = ?2
			)`,
		)
		.bind(FIRST + 60, clock)
		.all();
	return results;
}

it("of 100 incidents 60 are run again, each once, and 60 become CodeRuns, in any order and with crashes", async () => {
	const thrice = fc.noShrink(fc.shuffledSubarray([...RUNS, ...RUNS, ...RUNS], { minLength: 300, maxLength: 300 }));
	const crashing = fc.noShrink(fc.subarray(RUNS, { minLength: 10 }));
	await fc.assert(
		fc.asyncProperty(thrice, crashing, thrice, async (order, crashes, again) => {
			const hub = await rerunHub();
			for (const id of RUNS) hub.actions.putRun(id, { branch: `fix/${id}`, log: logOf(id) });
			const crash = new Set(crashes);
			hub.actions.afterRerun = () => {
				if (crash.has(hub.actions.begun.at(-1) ?? 0)) throw new Error("killed between the request and its record");
			};
			const incidents = new Map<number, string>();
			for (const id of order) {
				const accepted = await reportRun(hub, id, `first-${id}`);
				if ("incident_id" in accepted && accepted.incident_id !== null) incidents.set(id, accepted.incident_id);
			}
			hub.clock += 10_000;
			const ids = [...incidents.values()];
			expect(ids).toHaveLength(100);
			await process(hub, ids);
			expect(await notSentAtOnce(hub)).toEqual([]);
			hub.actions.afterRerun = () => undefined;
			for (let minute = 0; minute < 3; minute++) {
				await process(hub, ids);
				hub.clock += 61_000;
			}
			expect(hub.actions.asked).toBe(60);
			expect(hub.actions.begun.toSorted()).toEqual(RUNS.slice(0, 60));

			for (const id of new Set(again)) {
				if (!isFlake(id) && !isReal(id)) continue;
				await endRerun(hub, id, isFlake(id) ? "success" : "failure");
				await reportRun(hub, id);
			}
			for (let minute = 0; minute < 3; minute++) {
				await process(hub, ids);
				hub.clock += 10_000;
			}
			await pass(hub, 60_000);
			expect(hub.actions.asked).toBe(60);
			expect(new Set(hub.sent.map(({ id }) => id)).size).toBe(60);
			expect(hub.sent).toHaveLength(60);
			expect(await statuses(hub)).toEqual({ "fixed rerun": 40, running: 60 });
			const flakes = await listFlakes(hub.journal, { now: hub.clock, limit: 200 });
			expect(flakes.map(({ seen }) => seen)).toEqual(Array(40).fill(1));
		}),
		{ numRuns: 1 },
	);
});
