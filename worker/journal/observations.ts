import { bindNamed } from "./bind-named.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

/** Who or what made a check green again for which nothing was sent. */
export type GreenBy = "person" | "bot" | "rerun" | "unknown";

/** What became of failures for which nothing was sent: autonomy `observe`. */
export const observationsTable = defineTable("observations", {
	incident_id: text(),
	/** The attempt that was decided and not sent. */
	attempt: integer(),
	observed_at: time(),
	/** When its check was green again, by what, on which commit, and where to see it. */
	green_at: nullable(time()),
	green_by: nullable(text<GreenBy>()),
	green_sha: nullable(text()),
	green_url: nullable(text()),
	/** JSON: the logins of the commits' authors. */
	authors: nullable(text()),
	/** JSON: the files of the commits between, and those of them that the prompt named; null where nobody knows. */
	files: nullable(text()),
	named: nullable(text()),
	/** Why that is not known, as one clause. */
	why: nullable(text()),
	/** When GitHub is asked next for them; null once that is over, or while it is red. */
	ask_at: nullable(time()),
	tries: withDefault(integer()),
});

export type ObservationRow = RowOf<typeof observationsTable>;

export async function findObservation(db: D1Database, incidentId: string): Promise<ObservationRow | undefined> {
	const found = db
		.prepare(`SELECT ${observationsTable.list} FROM observations WHERE incident_id = ?1`)
		.bind(incidentId);
	return (await found.first<ObservationRow>()) ?? undefined;
}

/** That its check is green again. `ask_at`: when GitHub is asked for the commits that made it so; null: there are none. */
export interface Green extends Pick<ObservationRow, "green_by" | "green_sha" | "green_url" | "why" | "ask_at"> {
	readonly green_at: number;
}

/** Written once: later results of the check change nothing. */
export async function recordGreen(
	db: D1Database,
	{ incident_id, attempt }: ObservationRow,
	green: Green,
): Promise<void> {
	await bindNamed(
		db,
		`UPDATE observations SET green_at = :green_at, green_by = :green_by, green_sha = :green_sha, green_url = :green_url,
			why = :why, ask_at = :ask_at
		WHERE incident_id = :incident_id AND attempt = :attempt AND green_at IS NULL`,
		{ incident_id, attempt, ...green },
	).run();
}

/** What GitHub said of the commits that made it green. */
export type FixUpdate =
	| { readonly is: "postponed"; readonly until: number }
	| { readonly is: "unknown"; readonly why: string }
	| {
			readonly is: "known";
			readonly by: GreenBy;
			readonly authors: readonly string[];
			readonly files: readonly string[];
			readonly named: readonly string[];
	  };

export async function recordFix(
	db: D1Database,
	{ incident_id, attempt }: ObservationRow,
	update: FixUpdate,
): Promise<void> {
	const set = {
		postponed: {
			sql: "ask_at = :until, tries = tries + 1",
			values: { until: update.is === "postponed" ? update.until : null },
		},
		unknown: { sql: "ask_at = NULL, why = :why", values: { why: update.is === "unknown" ? update.why : null } },
		known: {
			sql: "ask_at = NULL, why = NULL, green_by = :by, authors = :authors, files = :files, named = :named",
			values: update.is === "known" ? valuesOf(update) : {},
		},
	}[update.is];
	await bindNamed(
		db,
		`UPDATE observations SET ${set.sql} WHERE incident_id = :incident_id AND attempt = :attempt AND ask_at IS NOT NULL`,
		{ incident_id, attempt, ...set.values },
	).run();
}

function valuesOf({ by, authors, files, named }: FixUpdate & { readonly is: "known" }) {
	return { by, authors: JSON.stringify(authors), files: JSON.stringify(files), named: JSON.stringify(named) };
}
