import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import { assumeStatement, isWrongAssumption } from "../../../worker/journal/assumptions.ts";
import { deliveryStatements } from "../../../worker/journal/deliveries.ts";
import { assumeNothingBack, MOST_REOPENED, reopenStatements } from "../../../worker/journal/reopen.ts";
import { INCIDENT_STATUSES, type IncidentStatus } from "../../../worker/journal/statuses.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";

const { JOURNAL } = env;
const NOW = Date.parse("2026-11-22T12:00:00Z");
const ENDED_AT = Date.parse("2026-11-22T11:00:00Z");
const BEFORE_END = "2026-11-22T10:00:00Z";
const AFTER_END = "2026-11-22T11:30:00Z";

interface Stored {
	readonly status: IncidentStatus;
	readonly reopened: number;
	readonly run_attempt: number | null;
}

async function inJournal(incident: Incident, { status, reopened, run_attempt }: Stored): Promise<void> {
	const explanation = { pipeline: "v-test", stages: [] };
	await JOURNAL.batch([
		JOURNAL.prepare("DELETE FROM deliveries"),
		JOURNAL.prepare("DELETE FROM incidents"),
		...deliveryStatements(JOURNAL, { incident, identity: "identity", explanation, dueAt: 0, now: NOW }),
		JOURNAL.prepare("UPDATE incidents SET status = ?1, reopened = ?2, run_attempt = ?3, ended_at = ?4").bind(
			...[status, reopened, run_attempt, ENDED_AT],
		),
	]);
}

async function holds(incident: Incident): Promise<boolean> {
	try {
		await JOURNAL.batch([assumeStatement(JOURNAL, assumeNothingBack(incident))]);
		return true;
	} catch (cause) {
		if (isWrongAssumption(cause)) return false;
		throw cause;
	}
}

async function rowsChanged(incident: Incident): Promise<number> {
	const { all } = reopenStatements(JOURNAL, { incident, dueAt: NOW, now: NOW });
	if (all.length === 0) return 0;
	return (await JOURNAL.batch([...all])).reduce((sum, { meta }) => sum + meta.changes, 0);
}

const run = (changes: Partial<Incident>) =>
	sampleIncident({ id: sampleId(1), delivery_id: "new", run_id: "1", ...changes });
const { run_id: _run, run_attempt: _attempt, ...noRun } = run({});
const check = (changes: Partial<Incident>): Incident => ({ ...noRun, ...changes });

const DELIVERIES: Readonly<Record<string, Incident>> = {
	"the first attempt of its run": run({ run_attempt: 1, started_at: AFTER_END }),
	"a higher attempt": run({ run_attempt: 2, started_at: BEFORE_END }),
	"a higher attempt, in a delivery that is known": run({ run_attempt: 2, delivery_id: "known" }),
	"a check that began before the end": check({ started_at: BEFORE_END }),
	"a check that began after it": check({ started_at: AFTER_END }),
	"a stage of a play": check({ kind: "play" }),
	"a play in a delivery that is known": check({ kind: "play", delivery_id: "known" }),
};

describe("assumeNothingBack", () => {
	it("holds for an incident that is not in the journal", async () => {
		await JOURNAL.prepare("DELETE FROM incidents").run();
		for (const [name, incident] of Object.entries(DELIVERIES)) expect(await holds(incident), name).toBe(true);
	});

	it("is wrong just where a run's higher attempt came, or an end came back", async () => {
		const red = { status: "fixed", reopened: 0, run_attempt: 1 } as const;
		const wrong: string[] = [];
		for (const [name, incident] of Object.entries(DELIVERIES)) {
			await inJournal({ ...incident, delivery_id: "known" }, red);
			if (!(await holds(incident))) wrong.push(name);
		}
		expect(wrong).toEqual([
			"a higher attempt",
			"a higher attempt, in a delivery that is known",
			"a check that began after it",
			"a stage of a play",
		]);
	});

	it("holds in every state just where the statements that it stands for would change nothing", async () => {
		const rowsIn = (statuses: readonly IncidentStatus[]): readonly Stored[] => [
			...statuses.map((status) => ({ status, reopened: 0, run_attempt: 1 })),
			{ status: "fixed", reopened: 0, run_attempt: null },
			{ status: "fixed", reopened: MOST_REOPENED, run_attempt: 1 },
		];
		const found = new Set<boolean>();
		for (const [name, incident] of Object.entries(DELIVERIES)) {
			for (const row of rowsIn(name === "a stage of a play" ? INCIDENT_STATUSES : ["waiting", "fixed", "cancelled"])) {
				await inJournal({ ...incident, delivery_id: "known" }, row);
				const nothing = await holds(incident);
				found.add(nothing);
				expect((await rowsChanged(incident)) === 0, `${name}, ${JSON.stringify(row)}`).toBe(nothing);
			}
		}
		expect(found).toEqual(new Set([true, false]));
	});
});
