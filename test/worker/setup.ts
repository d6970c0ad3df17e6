import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, vi } from "vitest";
import { invalidateEngine } from "../../worker/engine.ts";
import { useMovableClock } from "./support/clock.ts";
import { takeExceeded } from "./support/limited-env.ts";
import { keepConsoleQuiet } from "./support/quiet-console.ts";

keepConsoleQuiet();

let schema: readonly SchemaObject[] = [];

// Once for a runtime: what was applied is not applied again.
beforeAll(async () => {
	await applyD1Migrations(env.JOURNAL, env.MIGRATIONS);
	if (schema.length === 0) schema = await readSchema();
});

// Each test has an empty journal, an empty KV, the bundled pipeline and the present time. Deleting the rows is surer than the plugin's
// `reset()`, which leaves a database as it is while something still uses it, and takes a fraction of the time.
beforeEach(async () => {
	useMovableClock({ sleeps: inject("isAlone") });
	await Promise.all([emptyJournal(), emptyKeyValueStore()]);
	invalidateEngine();
});

// No test goes beyond the limits of the platform, although the worker outlives it.
afterEach(() => {
	expect(takeExceeded()).toEqual([]);
});

// Files share their globals, too.
afterAll(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
});

// Of a test that changed the schema itself, the next file would take it for the migrations'.
afterEach(async () => {
	const objects = await readSchema();
	if (JSON.stringify(objects) !== JSON.stringify(schema)) await makeJournalAnew(objects);
});

// What a fresh journal has in it.
const ROWS_OF_MIGRATIONS = [
	"INSERT INTO delivery_scan (one) VALUES (1)",
	"INSERT INTO counted (source, until) VALUES ('transitions', 0), ('attempts', 0)",
];

interface SchemaObject {
	readonly type: string;
	readonly name: string;
	readonly sql: string | null;
}

async function readSchema(): Promise<readonly SchemaObject[]> {
	const { results } = await env.JOURNAL.prepare(
		"SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite_%') ORDER BY type, name",
	).all<SchemaObject>();
	return results;
}

async function emptyJournal(): Promise<void> {
	const tables = schema.filter(({ type, name }) => type === "table" && !name.startsWith("d1_"));
	await env.JOURNAL.batch([
		env.JOURNAL.prepare("PRAGMA defer_foreign_keys = true"),
		...tables.map(({ name }) => env.JOURNAL.prepare(`DELETE FROM ${name}`)),
		...ROWS_OF_MIGRATIONS.map((insert) => env.JOURNAL.prepare(insert)),
	]);
}

async function makeJournalAnew(objects: readonly SchemaObject[]): Promise<void> {
	const own = objects.filter(({ name }) => name !== "sqlite_sequence");
	const [triggers, tables] = [own.filter(({ type }) => type === "trigger"), own.filter(({ type }) => type === "table")];
	await env.JOURNAL.batch([
		env.JOURNAL.prepare("PRAGMA defer_foreign_keys = true"),
		...triggers.map(({ name }) => env.JOURNAL.prepare(`DROP TRIGGER ${name}`)),
		...tables.map(({ name }) => env.JOURNAL.prepare(`DROP TABLE ${name}`)),
	]);
	await applyD1Migrations(env.JOURNAL, env.MIGRATIONS);
}

async function emptyKeyValueStore(): Promise<void> {
	const { keys } = await env.DEDUP.list();
	await Promise.all(keys.map(({ name }) => env.DEDUP.delete(name)));
}
