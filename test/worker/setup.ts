import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { useMovableClock } from "./support/clock.ts";
import { takeExceeded } from "./support/limited-env.ts";

// Once for a runtime: what was applied is not applied again.
beforeAll(() => applyD1Migrations(env.JOURNAL, env.MIGRATIONS));

// Each test has an empty journal, an empty KV and the present time. Deleting the rows is surer than the plugin's
// `reset()`, which leaves a database as it is while something still uses it, and takes a fraction of the time.
beforeEach(async () => {
	useMovableClock();
	await Promise.all([emptyJournal(), emptyKeyValueStore()]);
});

// No test goes beyond the limits of the platform, although the worker outlives it.
afterEach(() => {
	expect(takeExceeded()).toEqual([]);
});
// What a fresh journal has in it.
const ROWS_OF_MIGRATIONS = env.MIGRATIONS.flatMap(({ queries }) => queries).filter((query) =>
	/^\s*(--.*\n\s*)*INSERT INTO \w+ \([^)]*\) VALUES/.test(query),
);

async function emptyJournal(): Promise<void> {
	const { results } = await env.JOURNAL.prepare(
		"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'd1_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite_%')",
	).all<{ name: string }>();
	await env.JOURNAL.batch([
		env.JOURNAL.prepare("PRAGMA defer_foreign_keys = true"),
		...results.map(({ name }) => env.JOURNAL.prepare(`DELETE FROM ${name}`)),
		...ROWS_OF_MIGRATIONS.map((insert) => env.JOURNAL.prepare(insert)),
	]);
}

async function emptyKeyValueStore(): Promise<void> {
	const { keys } = await env.DEDUP.list();
	await Promise.all(keys.map(({ name }) => env.DEDUP.delete(name)));
}
