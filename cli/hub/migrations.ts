import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { EdgeRuntime } from "./edge-runtime.ts";

const MIGRATIONS = path.join(import.meta.dirname, "../../worker/migrations");
/** wrangler's own name for it, so that `wrangler d1 migrations` would see the same state. */
const TABLE = "d1_migrations";

/** Applies what the journal does not have yet, in the order of the file names. Returns the names applied now. */
export async function applyMigrations(runtime: Pick<EdgeRuntime, "exec" | "query">): Promise<string[]> {
	await runtime.exec(
		`CREATE TABLE IF NOT EXISTS ${TABLE} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
	);
	const applied = new Set((await runtime.query(`SELECT name FROM ${TABLE}`)).map((row) => row.name));
	const due = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql") && !applied.has(name)).sort();
	for (const name of due) {
		const sql = await readFile(path.join(MIGRATIONS, name), "utf8");
		// Together in one transaction: a crash in between leaves neither the tables nor the row.
		await runtime.exec(`${sql};\nINSERT INTO ${TABLE} (name) VALUES ('${name.replaceAll("'", "''")}')`);
	}
	return due;
}
