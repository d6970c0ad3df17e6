import type { Incident } from "../../pipeline/incident.ts";
import { incidentId } from "../../pipeline/stages/incident-id.ts";
import { bindNamed } from "./bind-named.ts";
import { incidentsTable, type LockedIncident } from "./incidents.ts";
import { readStored } from "./stored-json.ts";

/** An incident of one field of a run, beside the one that was reported (`outcome.split`). */
export interface SplitIncident {
	readonly identity: string;
	readonly incident: Incident;
	readonly reason: string;
}

/** The identity of what is split off for a field: the same whoever splits, and however often. */
export function splitIdentity(of: string, field: string): { readonly id: string; readonly identity: string } {
	const identity = `${of}|field|${field}`;
	return { id: incidentId(identity), identity };
}

/**
 * Creates the incidents of a run's other fields, each once, in the transaction of its decision: only if ours is the stored one, or
 * it is about to join a group instead (`joining`). They are a little younger than the reported one, in their order. The results are
 * the ids of the new ones.
 */
export function splitStatements(
	db: D1Database,
	{ id, attempt, lock }: LockedIncident,
	decided: {
		readonly others: readonly SplitIncident[];
		readonly request: string;
		/** Its explanation, in full: what the row has may name an attempt. */
		readonly explanation: string | null;
		readonly pipeline: string;
		readonly now: number;
	},
	{ joining }: { readonly joining: boolean },
): readonly D1PreparedStatement[] {
	const { others, request, explanation, pipeline, now } = decided;
	if (others.length === 0) return [];
	const insert = incidentsTable.insertSelect(
		{
			id: "split.value ->> 'id'",
			status: "'accepted'",
			reason: "split.value ->> 'reason'",
			kind: "first.kind",
			event: "first.event",
			repository: "first.repository",
			branch: "first.branch",
			run_id: "first.run_id",
			run_attempt: "first.run_attempt",
			identity: "split.value ->> 'identity'",
			incident: "split.value ->> 'incident'",
			explanation: "coalesce(:explanation, first.explanation)",
			pipeline: ":pipeline",
			next_try_at: ":now",
			created_at: "first.created_at + 1 + split.key",
			updated_at: ":now",
			queue_rank: "first.queue_rank",
			traceparent: "first.traceparent",
		},
		`FROM json_each(:others) AS split JOIN incidents AS first ON first.id = :id AND first.lock = :lock
		WHERE ${joining ? "first.leader_id IS NOT NULL" : IS_STORED}`,
	);
	const rows = others.map(({ identity, incident, reason }) => ({
		...{ id: incident.id, identity, reason, incident: JSON.stringify(incident) },
	}));
	const stored = joining ? {} : { attempt, request };
	const values = { id, lock, ...stored, explanation, pipeline, now, others: JSON.stringify(rows) };
	return [bindNamed(db, `${insert} ON CONFLICT (id) DO NOTHING RETURNING id`, values)];
}

/** SQL: our decision is the stored one. */
const IS_STORED =
	"EXISTS (SELECT 1 FROM attempts WHERE incident_id = :id AND attempt = :attempt AND request = :request)";

/** The open incidents that were split off from one. */
export async function openSplits(
	db: D1Database,
	{ id, repository, run_id }: Pick<LockedIncident, "id" | "repository" | "run_id">,
): Promise<readonly Incident[]> {
	const { results } = await db
		.prepare(
			`SELECT incident FROM incidents WHERE repository = ?1 AND run_id = ?2 AND id <> ?3 AND ended_at IS NULL
				AND json_valid(incident) AND incident ->> '$.part.of' = ?3`,
		)
		.bind(repository, run_id, id)
		.all<{ incident: string }>();
	return results.flatMap(({ incident }) => {
		const read = readStored("incidents.incident", incident);
		return read.ok ? [read.value] : [];
	});
}
