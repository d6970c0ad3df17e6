import type { Autonomy } from "../../pipeline/autonomy.ts";
import { insertRow } from "./bind-named.ts";
import { NO_WAIT } from "./incident-waits.ts";
import type { LockedIncident } from "./incidents.ts";
import { observationsTable } from "./observations.ts";
import type { Query } from "./query.ts";
import type { RemediationEvent } from "./state-machine.ts";
import { stepQuery } from "./transitions.ts";

/** What a decision that is not sent says of its attempt: `attempts.autonomy` and `attempts.approve_until`. */
export function heldColumns({ level, expires_s }: Autonomy, now: number) {
	return {
		autonomy: level === "act" ? null : level,
		approve_until: level === "approve" ? now + expires_s * 1000 : null,
	};
}

const STEPS = {
	observe: { event: "observed", why: "nothing is sent for it" },
	approve: { event: "approval_requested", why: "it waits for a person's approval" },
} as const satisfies Readonly<Record<string, { readonly event: RemediationEvent; readonly why: string }>>;

/**
 * Ends a decision that may not act, or lets it wait for a person: belongs at the end of the transaction that stores it, so that
 * no crash leaves one that looks as if it may be sent. True if it does; the lock is released then.
 */
export function holdQuery(
	db: D1Database,
	locked: LockedIncident,
	{ autonomy, now }: { readonly autonomy: Autonomy; readonly now: number },
): Query<boolean> {
	const { level, rule } = autonomy;
	if (level === "act") return { statements: [], read: () => false };
	const { event, why } = STEPS[level];
	const { approve_until } = heldColumns(autonomy, now);
	const { statements, read } = stepQuery(db, locked.id, {
		...{ event, reason: `${why}: autonomy is ${level}, by ${rule}`, now, when: locked },
		// The decision that another consumer stored may be of another pipeline.
		only: `EXISTS (SELECT 1 FROM attempts AS own WHERE own.incident_id = incidents.id AND own.attempt = incidents.attempt
			AND own.autonomy = '${level}' AND own.approved_at IS NULL)`,
		set: { ...NO_WAIT, next_try_at: approve_until },
		with: level === "observe" ? [observeStatement(db, locked, now)] : [],
	});
	return { statements, read: (results) => read(results) === "done" };
}

/** From now on, what becomes of the failure is written down. A failure that came back is observed anew. */
function observeStatement(db: D1Database, { id, lock, attempt }: LockedIncident, now: number): D1PreparedStatement {
	return insertRow(
		db,
		observationsTable,
		{ incident_id: id, attempt, observed_at: now },
		{
			where: `EXISTS (SELECT 1 FROM incidents JOIN attempts ON incident_id = id AND attempts.attempt = incidents.attempt
				WHERE id = :incident_id AND lock = :lock AND autonomy = 'observe')`,
			also: { lock },
			onConflict: `ON CONFLICT (incident_id) DO UPDATE SET attempt = excluded.attempt, observed_at = excluded.observed_at,
				green_at = NULL, green_by = NULL, green_sha = NULL, green_url = NULL, authors = NULL, files = NULL, named = NULL,
				why = NULL, ask_at = NULL, tries = 0`,
		},
	);
}
