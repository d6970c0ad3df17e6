import { MINUTE_MS } from "../../wire/durations.ts";
import { attemptsTable } from "./attempts.ts";
import { claimBlocker } from "./incident-waits.ts";
import type { IncidentRow } from "./incidents.ts";
import { readStored } from "./stored-json.ts";
import type { RowOf } from "./table.ts";

const heldColumns = attemptsTable.pick("request", "spawned_at");

// The relay's clock, and the slack that it adds to a ttl itself. Too long is harmless: the relay decides.
const SLACK_MS = MINUTE_MS;

/**
 * The claims that an incident holds since its latest CodeRun, as values of `blocked_on`: the cluster gives them to nobody
 * else before their ttl is over (docs/storage.md).
 */
export async function heldClaims(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	now: number,
): Promise<readonly string[]> {
	if (attempt === 1) return [];
	const latest = await db
		.prepare(
			`SELECT ${heldColumns.list} FROM attempts WHERE incident_id = ?1 AND attempt < ?2 AND spawned_at IS NOT NULL
			ORDER BY attempt DESC LIMIT 1`,
		)
		.bind(id, attempt)
		.first<RowOf<typeof heldColumns>>();
	const read = latest === null ? undefined : readStored("attempts.request", latest.request);
	if (!read?.ok) return [];
	const until = (latest?.spawned_at ?? 0) + SLACK_MS;
	return read.value.claims.filter(({ ttl_s }) => now < until + ttl_s * 1000).map(claimBlocker);
}
