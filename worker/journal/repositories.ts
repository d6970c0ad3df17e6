import { isSameRepository } from "../../pipeline/head-repository.ts";
import type { Assumption } from "./assumptions.ts";
import { rowQuery, runQuery } from "./query.ts";
import { defineTable, nullable, rowNumber, text } from "./table.ts";

export const repositoriesTable = defineTable("repositories", {
	/** GitHub's number of it, which a rename or a transfer does not change. */
	id: rowNumber(),
	/** `owner/name` of its newest delivery; null once another repository has that name. */
	name: nullable(text()),
	/** What stands for it in identities and keys of claims: see `inKey`. */
	key: text(),
});

/** A repository as a delivery names it. A sensor's short payload has no id. */
export interface NamedRepository {
	readonly id?: number;
	readonly name: string;
}

/** A repository as the journal knows it: its present name, and the first part of its keys. */
export interface KnownRepository {
	readonly name: string;
	readonly key: string;
}

/**
 * The repository of a delivery under the name that the journal's rows have. The first delivery with a new name renames the
 * rows of the old one, so that one failure stays one incident. Idempotent.
 */
export async function knownRepository(db: D1Database, named: NamedRepository, now: number): Promise<KnownRepository> {
	const { id, name } = named;
	if (id === undefined) return await byName(db, name);
	const known = await db
		.prepare(`SELECT ${repositoriesTable.list} FROM repositories WHERE id = ?1`)
		.bind(id)
		.first<{ name: string | null; key: string }>();
	if (known === null) return await addRepository(db, id, name);
	if (known.name !== null && isSameRepository(known.name, name)) return { name: known.name, key: known.key };
	// A late delivery from before a rename must not take the name from the repository that has it now.
	const isFormer = known.key === name.toLowerCase() && (await holderOf(db, name)) !== undefined;
	if (isFormer && known.name !== null) return { name: known.name, key: known.key };
	await db.batch([...takeName(db, id, name), ...renameRows(db, known.name ?? known.key, name, now)]);
	return { name, key: known.key };
}

/** That the journal knows the repository by just this name, so that `knownRepository` would change nothing. */
export function assumeKnown({ id, name }: NamedRepository & { readonly id: number }): Assumption {
	return {
		sql: IS_KNOWN,
		values: { repository_id: id, repository_name: name, repository_key: name.toLowerCase() },
	};
}

const IS_KNOWN = `EXISTS (SELECT 1 FROM repositories
	WHERE id = :repository_id AND name = :repository_name COLLATE BINARY AND key = :repository_key)`;

/** Nobody else had the id: the repository is as its name says, also under a name that it lost since. */
async function byName(db: D1Database, name: string): Promise<KnownRepository> {
	const known = await runQuery(db, rowQuery<KnownRepository>(db.prepare(byNameOf("?1")).bind(name)));
	return known ?? namedOnly(name);
}

/** A repository that the journal does not have: it is as its name says. */
export function namedOnly(name: string): KnownRepository {
	return { name, key: name.toLowerCase() };
}

/** The present name of a repository that an incident, a delivery or a pause was about; undefined if none was. */
export async function storedName(db: D1Database, name: string): Promise<string | undefined> {
	const found = db
		.prepare(
			`SELECT name FROM (${byNameOf("?1")})
			UNION ALL SELECT repository FROM (SELECT repository FROM incidents WHERE repository = ?1 LIMIT 1)
			UNION ALL SELECT repository FROM repository_pauses WHERE repository = ?1 LIMIT 1`,
		)
		.bind(name);
	return (await found.first<string>("name")) ?? undefined;
}

/** SQL: the repository of an incident, as `knownRepository` knows it by name; `id` is SQL, too. */
export const repositoryOf = (id: string) => byNameOf(`(SELECT repository FROM incidents WHERE id = ${id})`);

/** SQL; `name` is SQL, too. */
const byNameOf = (
	name: string,
) => `SELECT name, key FROM repositories WHERE name = ${name} OR (key = lower(${name}) AND name IS NOT NULL)
	ORDER BY name = ${name} DESC LIMIT 1`;

async function holderOf(db: D1Database, name: string): Promise<number | undefined> {
	return (await db.prepare("SELECT id FROM repositories WHERE name = ?1").bind(name).first<number>("id")) ?? undefined;
}

/** Its first name becomes its key, unless an earlier repository had that name. */
async function addRepository(db: D1Database, id: number, name: string): Promise<KnownRepository> {
	const key = name.toLowerCase();
	const added = db
		.prepare(
			`INSERT INTO repositories (id, key)
			SELECT ?1, CASE WHEN EXISTS (SELECT 1 FROM repositories WHERE key = ?2) THEN ?2 || '#' || CAST(?1 AS INTEGER) ELSE ?2 END
			WHERE true ON CONFLICT (id) DO NOTHING`,
		)
		.bind(id, key);
	const read = db.prepare("SELECT key FROM repositories WHERE id = ?1").bind(id);
	const results = await db.batch<{ key: string }>([added, ...takeName(db, id, name), read]);
	return { name, key: results.at(-1)?.results[0]?.key ?? key };
}

function takeName(db: D1Database, id: number, name: string): readonly D1PreparedStatement[] {
	return [
		db.prepare("UPDATE repositories SET name = NULL WHERE name = ?1 AND id <> ?2").bind(name, id),
		db.prepare("UPDATE repositories SET name = ?1 WHERE id = ?2").bind(name, id),
	];
}

// What ended longer ago keeps the name that it had: nothing concerns it any more.
const RENAMED_FOR_MS = 7 * 24 * 3600_000;

/** Gives the rows of the old name the new one: what signals, commands and the context look for. */
function renameRows(db: D1Database, from: string, to: string, now: number): readonly D1PreparedStatement[] {
	const recent = "repository = ?1 AND (ended_at IS NULL OR ended_at > ?3)";
	const renamed = `json_set(incident, '$.repository', ?2)`;
	const isOwnHead = "json_valid(incident) AND lower(incident ->> 'head_repository') = lower(?1)";
	const ofRecent = `incident_id IN (SELECT id FROM incidents WHERE ${recent})`;
	const since = now - RENAMED_FOR_MS;
	const texts = (table: string, rows: string) => [
		`UPDATE ${table} SET incident = json_set(incident, '$.head_repository', ?2) WHERE ${rows} AND ${isOwnHead}`,
		`UPDATE ${table} SET incident = ${renamed} WHERE ${rows} AND json_valid(incident)`,
	];
	const timed = [
		...texts("deliveries", ofRecent),
		...texts("incidents", recent),
		`UPDATE incidents SET repository = ?2 WHERE ${recent}`,
	].map((sql) => db.prepare(sql).bind(from, to, since));
	const all = [
		`UPDATE OR REPLACE checks SET repository = ?2,
			head_repository = CASE WHEN head_repository = ?1 THEN ?2 ELSE head_repository END WHERE repository = ?1`,
		"UPDATE OR REPLACE pull_requests SET repository = ?2 WHERE repository = ?1",
		"UPDATE OR REPLACE status_comments SET repository = ?2 WHERE repository = ?1",
		"UPDATE rate_limit_slots SET repository = ?2 WHERE repository = ?1",
		"UPDATE OR REPLACE repository_pauses SET repository = ?2 WHERE repository = ?1",
		"UPDATE OR REPLACE resumed_failures SET name = ?2 WHERE scope = 'repository' AND name = ?1",
	].map((sql) => db.prepare(sql).bind(from, to));
	return [...timed, ...all];
}

/**
 * The text of a key under the repository's own one: `$key` puts the repository's name first, and that changes. So what was
 * known and claimed before a rename stays known and claimed. Any other text stays as it is.
 */
export function inKey(text: string, named: string, { key }: KnownRepository): string {
	const first = named.toLowerCase();
	if (first === key) return text;
	return text === first || text.startsWith(`${first}|`) ? key + text.slice(first.length) : text;
}
