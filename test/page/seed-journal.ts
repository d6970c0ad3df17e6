import { readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Home } from "../hub/hub-process.ts";

type Row = Record<string, string | number | null>;

// The runtime exits a moment after its hub and keeps the file locked until then.
const PATIENCE_MS = 15_000;

/** Runs `work` on the SQLite file of a stopped hub's journal. */
export function withJournal<Result>(home: Home, work: (journal: DatabaseSync) => Result): Result {
	const journal = new DatabaseSync(journalFile(home), { timeout: PATIENCE_MS });
	try {
		return work(journal);
	} finally {
		journal.close();
	}
}

/** Inserts copies of an existing incident, one for each set of changes. */
export function copyIncidents(journal: DatabaseSync, id: string, changes: readonly Row[]): void {
	const original = journal.prepare("SELECT * FROM incidents WHERE id = ?").get(id) as Row | undefined;
	if (original === undefined) throw new Error(`there is no incident ${id}`);
	const names = Object.keys(original);
	const insert = journal.prepare(
		`INSERT INTO incidents (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
	);
	journal.exec("BEGIN");
	for (const change of changes) {
		const row: Row = { ...original, next_try_at: null, blocked_on: null, lock: null, ...change };
		insert.run(...names.map((name) => row[name] ?? null));
	}
	journal.exec("COMMIT");
}

function journalFile(home: Home): string {
	const edge = path.join(home.stateDir, "edge");
	const files = readdirSync(edge, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
	for (const file of files) {
		const database = new DatabaseSync(path.join(edge, file), { readOnly: true, timeout: PATIENCE_MS });
		try {
			const found = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'incidents'").get();
			if (found !== undefined) return path.join(edge, file);
		} finally {
			database.close();
		}
	}
	throw new Error(`no journal below ${edge}`);
}
