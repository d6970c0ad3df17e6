import type { Effects } from "../effects.ts";
import { givenStatements } from "../journal/attempts.ts";
import type { AuditEntry } from "../journal/audit.ts";
import { NO_WAIT } from "../journal/incident-waits.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { type PastAttempt, remediationRows } from "../journal/remediations.ts";
import type { IncidentStatus } from "../journal/statuses.ts";
import { takeStep } from "../journal/transitions.ts";
import type { ManualAction } from "./actions.ts";
import { endAttemptStatement } from "./reconcile.ts";

/** Who gets an incident, by a person's word. */
export interface Reassignment {
	readonly agent: string;
	/** For the timeline. */
	readonly by: string;
	readonly audit?: AuditEntry;
}

/** Once its CodeRun was seen: an attempt of the same agent goes on. */
const AT_WORK: readonly IncidentStatus[] = ["running", "awaiting_ci", "awaiting_merge"];

/**
 * `retry --agent`: gives a remediation to the agent that a person names, with a new budget, whether it ended or is under way.
 * What was decided for another agent stays as it was, and the next attempt is the named agent's; what is not decided yet, or is
 * that agent's, keeps its number: repeating the request makes no further attempt. A CodeRun that runs is not interrupted; the
 * relay creates the next one once it is gone or finished (docs/remediation.md#a-person).
 */
export async function reassignRemediation(
	effects: Effects,
	id: string,
	{ agent, by, audit }: Reassignment,
): Promise<ManualAction> {
	const { journal } = effects;
	const found = await remediationRows(journal, id);
	if (found === undefined) return { ok: false, reason: "not_found" };
	const { incident, attempts } = found;
	const current = attempts.find(({ attempt }) => attempt === incident.attempt);
	if (current?.agent === agent && AT_WORK.includes(incident.status)) {
		return { ok: true, status: incident.status, attempt: incident.attempt };
	}

	const now = effects.now();
	const keepsNumber = current === undefined || isUnsentOf(agent, incident, current);
	const attempt = keepsNumber ? incident.attempt : incident.attempt + 1;
	const stopped = !keepsNumber && current.ended_at === null ? current.attempt : undefined;
	const corrected = attempts.findLast(({ escalated }) => escalated === 0)?.attempt;
	const taken = await takeStep(journal, id, {
		event: "reassigned",
		reason: `retried with ${agent} by ${by}${untilItEnds(incident, attempt)}`,
		now,
		audit,
		when: { seen: incident },
		set: {
			...{ attempt, budget_from: attempt, escalate_to: agent },
			...{ ...NO_WAIT, next_try_at: now },
			...(incident.led_at !== null && { led_at: now }),
			...{ fixed_at: null, fixed_by: null },
		},
		with: [
			...(stopped === undefined ? [] : [endAttemptStatement(journal, incident, STOPPED, { now })]),
			...givenStatements(journal, incident, { to: agent, corrected, stopped, now }),
		],
	});
	if (taken === "refused") return { ok: false, reason: "not_now", status: incident.status };
	if (taken === "raced") return { ok: false, reason: "raced" };
	await effects.wake(id, 0);
	return { ok: true, status: "waiting", attempt };
}

const STOPPED = { result: "stopped", signature: null, ci_summary: null, ci_url: null } as const;

/** Decided for this agent and not known to be sent: the same bytes are sent. */
function isUnsentOf(agent: string, { status }: IncidentRow, current: PastAttempt): boolean {
	const isUnsent = status === "accepted" || status === "waiting";
	return isUnsent && current.agent === agent && current.ended_at === null;
}

function untilItEnds({ status, coderun_name }: IncidentRow, attempt: number): string {
	return status === "running" ? `; attempt ${attempt} starts once ${coderun_name} is gone or finished` : "";
}
