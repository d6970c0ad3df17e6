import type { Effects } from "../effects.ts";
import { adoptCodeRun, scheduleStatusQuery } from "../journal/attempts.ts";
import type { Remediation } from "./load-state.ts";
import type { RelayStatus } from "./next-step.ts";
import { takeOutcome, wakeBlocked } from "./record-outcome.ts";

/**
 * Asks the relay what became of the present attempt's CodeRun. An end is recorded just as if the relay had posted it;
 * gone without a trace counts as deleted. Undefined then: the journal knows more. Otherwise when to ask again is written
 * down, and why nothing is known is given.
 */
export async function queryRelay(
	effects: Effects,
	{ incident, state: facts }: Remediation,
): Promise<RelayStatus | undefined> {
	const { current } = facts;
	if (current === undefined) return undefined;
	const { id: incident_id, attempt } = incident;
	const { coderun_name } = current;
	const answer = await effects.askStatus({ incident_id, attempt, coderun_name });
	const state = answer.ok ? answer.status.state : "unknown";
	effects.log.info("the relay was asked about a CodeRun", { incident_id, attempt, coderun_name, state });

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
	const asked: RelayStatus = answer.ok ? { state: "running" } : { state: "unknown", why: answer.reason };
	await scheduleStatusQuery(effects.journal, incident, askAgainAt(current.overdue_at, now));
	return asked;
}

function goneWithoutTrace(of: { incident_id: string; attempt: number; coderun_name: string }) {
	const message = "the CodeRun is gone, and nothing in the cluster says how it ended";
	const nothing = { pull_request_url: null, started_at: null, finished_at: null };
	return { ...of, phase: "Deleted", message, ...nothing };
}

const SHORTEST_MS = 60_000;
const LONGEST_MS = 3600_000;

/** At the deadline; after it in a minute, two, four ... an hour at most, and every hour where there is no deadline. */
function askAgainAt(overdue_at: number | undefined, now: number): number {
	if (overdue_at === undefined) return now + LONGEST_MS;
	if (now < overdue_at) return overdue_at;
	return now + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - overdue_at));
}
