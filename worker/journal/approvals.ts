import { HOUR_MS } from "../../wire/durations.ts";
import { type AuditEntry, auditStatement } from "./audit.ts";
import { bindNamed } from "./bind-named.ts";
import { NO_WAIT } from "./incident-waits.ts";
import type { IncidentRow } from "./incidents.ts";
import { isUnlocked, type StepResult, takeStep } from "./transitions.ts";

/** Who decides about an approval, as timeline and audit trail have it. */
export interface Approver {
	/** For the timeline. */
	readonly by: string;
	/** Absent if the caller writes the trail itself. */
	readonly audit?: AuditEntry | undefined;
}

type Awaiting = Pick<IncidentRow, "id" | "status" | "attempt" | "updated_at">;

/** SQL: the incident is as the caller saw it. */
const AS_SEEN = `EXISTS (SELECT 1 FROM incidents WHERE id = :id AND status = :status AND attempt = :attempt
	AND updated_at = :updated_at AND ${isUnlocked(":now")})`;

function seenValues({ id, status, attempt, updated_at }: Awaiting, now: number) {
	return { id, status, attempt, updated_at, now };
}

/** Lets a decision be sent, once: only whoever finds it as it was seen does. */
export async function approve(
	db: D1Database,
	incident: Awaiting,
	{ by, audit }: Approver,
	now: number,
): Promise<StepResult> {
	return await takeStep(db, incident.id, {
		...{ event: "approved", reason: `approved by ${by}`, now, audit, when: { seen: incident } },
		set: { ...NO_WAIT, next_try_at: now },
		with: [
			bindNamed(
				db,
				`UPDATE attempts SET approved_at = :now, approved_by = :by
				WHERE incident_id = :id AND attempt = :attempt AND autonomy = 'approve' AND ${AS_SEEN}`,
				{ ...seenValues(incident, now), by },
			),
		],
	});
}

/** Has a decision made again that waits for a person, as the next attempt: its branch moved to `head`. It was never sent. */
export async function decideAgain(
	db: D1Database,
	incident: Awaiting,
	{ head, reason }: { readonly head: string; readonly reason: string },
	now: number,
): Promise<StepResult> {
	return await takeStep(db, incident.id, {
		...{ event: "redecided", reason, now, when: { seen: incident } },
		set: { ...NO_WAIT, attempt: incident.attempt + 1, next_try_at: now },
		with: [
			bindNamed(
				db,
				`UPDATE attempts SET refused = :reason, newer_head = :head
				WHERE incident_id = :id AND attempt = :attempt AND ${AS_SEEN}`,
				{ ...seenValues(incident, now), reason, head },
			),
		],
	});
}

/**
 * Writes down that an approval was refused, and why. The same refusal of the same caller is one line an hour: whoever may only
 * read cannot fill the journal.
 */
export async function recordRefusal(db: D1Database, entry: AuditEntry, why: string, now: number): Promise<void> {
	const detail = `refused: ${why}`;
	const where = `EXISTS (SELECT 1 FROM incidents WHERE id = :target) AND NOT EXISTS (
		SELECT 1 FROM audit AS known WHERE known.target = :target AND known.at > :since AND known.action = :action
			AND known.who = :who AND known.token IS :token AND known.detail = :detail
	)`;
	await auditStatement(db, { ...entry, detail }, now, { where, also: { since: now - HOUR_MS } }).run();
}
