import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StateFolder } from "../state/state-folder.ts";
import { askJournalWorker } from "./edge-runtime.ts";

const MIGRATIONS = path.join(import.meta.dirname, "../../worker/migrations");

/**
 * Applies pending migrations in the order of the file names, in a runtime of its own that is gone when this returns:
 * the real one starts on a migrated journal, and no delivery can arrive before. Returns the names that were applied.
 */
export async function migrateJournal(folder: StateFolder, log: (line: string) => void): Promise<string[]> {
	const names = await migrationNames();
	if (await areApplied(names, folder)) return [];
	const migrations = await readMigrations(names);
	const { status, text } = await askJournalWorker(MIGRATING_WORKER, JSON.stringify(migrations), folder, log);
	if (status !== 200) throw new Error(`cannot migrate the journal in ${folder.edge}: ${text}`);
	return JSON.parse(text) as string[];
}

interface Migration {
	readonly name: string;
	/** One statement each, as D1's `batch` takes them. */
	readonly statements: readonly string[];
}

async function migrationNames(): Promise<readonly string[]> {
	return (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql")).sort();
}

/**
 * Whether the journal of an earlier run has these migrations: its file says so without a runtime, which takes as long to start as all
 * the rest. Whatever is unclear about that file is the runtime's to say. No runtime may be running on it.
 */
async function areApplied(names: readonly string[], folder: StateFolder): Promise<boolean> {
	const [file, ...others] = await journalFiles(folder);
	if (file === undefined || others.length > 0) return false;
	try {
		const journal = new DatabaseSync(file, { readOnly: true });
		try {
			const applied = new Set(
				journal
					.prepare("SELECT name FROM d1_migrations")
					.all()
					.map(({ name }) => name),
			);
			return names.every((name) => applied.has(name));
		} finally {
			journal.close();
		}
	} catch {
		return false;
	}
}

/** The databases that miniflare keeps for D1, without its own list of them. */
export async function journalFiles({ edge }: StateFolder): Promise<readonly string[]> {
	const names = await readdir(path.join(edge, "d1"), { recursive: true }).catch(() => []);
	const databases = names.filter((name) => name.endsWith(".sqlite") && path.basename(name) !== "metadata.sqlite");
	return databases.map((name) => path.join(edge, "d1", name));
}

async function readMigrations(names: readonly string[]): Promise<Migration[]> {
	return await Promise.all(
		names.map(async (name) => ({ name, statements: statements(await readFile(path.join(MIGRATIONS, name), "utf8")) })),
	);
}

/**
 * The worker of that runtime. The table has wrangler's own name, so that `wrangler d1 migrations` sees the same state.
 * A migration and its row are one transaction: a crash leaves both or neither.
 */
const MIGRATING_WORKER = `
const TABLE = "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)";

export default {
	async fetch(request, { JOURNAL }) {
		let at = "the list of migrations";
		try {
			await JOURNAL.prepare(TABLE).run();
			const { results } = await JOURNAL.prepare("SELECT name FROM d1_migrations").all();
			const applied = new Set(results.map(({ name }) => name));
			const due = (await request.json()).filter(({ name }) => !applied.has(name));
			for (const { name, statements } of due) {
				at = name;
				const row = JOURNAL.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
				await JOURNAL.batch([...statements.map((sql) => JOURNAL.prepare(sql)), row]);
			}
			return Response.json(due.map(({ name }) => name));
		} catch (error) {
			return new Response(at + ": " + error.message, { status: 500 });
		}
	},
};
`;

/**
 * D1's `batch` is one transaction and takes single statements; migrations contain no semicolons inside texts or
 * triggers.
 */
function statements(sql: string): string[] {
	return sql
		.replaceAll(/^\s*--.*$/gm, "")
		.split(";")
		.map((statement) => statement.trim())
		.filter((statement) => statement !== "");
}
