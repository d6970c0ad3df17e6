import { HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { adoptCodeRun, scheduleStatusQuery } from "../journal/attempts.ts";
import type { Remediation } from "./load-state.ts";
import { takeOutcome, wakeBlocked } from "./record-outcome.ts";
import type { RelayStatus } from "./remediation-state.ts";

/**
 * Queries the relay about the current attempt's CodeRun. An end is recorded as if the relay had posted it, and a CodeRun that
 * left no trace counts as deleted; the result is undefined then, because the journal has changed. Otherwise schedules the
 * next query and returns the CodeRun's state.
 */
export async function queryRelay(
	effects: Effects,
	{ incident, state: { current } }: Remediation,
): Promise<RelayStatus | undefined> {
	if (current === undefined) return undefined;
	const { id: incident_id, attempt } = incident;
	const { coderun_name } = current;
	const answer = await effects.askStatus({ incident_id, attempt, coderun_name });
	const state = answer.ok ? answer.status.state : "unknown";
	effects.log.info("relay queried about a CodeRun", { incident_id, attempt, coderun_name, state });

	if (answer.ok && answer.status.state !== "running") {
		const { status } = answer;
		const outcome =
			status.state === "ended" ? status.outcome : goneWithoutTrace({ incident_id, attempt, coderun_name });
		await adoptCodeRun(effects.journal, incident, outcome.coderun_name);
		const locked = await takeOutcome(effects, outcome, JSON.stringify(outcome));
		if (locked.status === "recorded") await wakeBlocked(effects, locked.attempt);
		if (locked.status !== "unknown_attempt") return undefined;
	}
	const now = effects.now();
	const relayStatus: RelayStatus = answer.ok ? { state: "running" } : { state: "unknown", why: answer.reason };
	await scheduleStatusQuery(effects.journal, incident, nextQueryAt(current.overdueAt, now));
	return relayStatus;
}

function goneWithoutTrace(of: { incident_id: string; attempt: number; coderun_name: string }) {
	const message = "the CodeRun is gone, and the cluster has no record of how it ended";
	const nothing = { pull_request_url: null, started_at: null, finished_at: null };
	return { ...of, phase: "Deleted", message, ...nothing };
}

const SHORTEST_MS = MINUTE_MS;
const LONGEST_MS = HOUR_MS;

/** At the deadline; then after 1, 2, 4 ... minutes, at most an hour. Every hour if there is no deadline. */
function nextQueryAt(overdueAt: number | undefined, now: number): number {
	if (overdueAt === undefined) return now + LONGEST_MS;
	if (now < overdueAt) return overdueAt;
	return now + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - overdueAt));
}
