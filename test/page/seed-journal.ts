import { readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Home } from "../hub/hub-process.ts";

type Row = Record<string, string | number | null>;

// The runtime ends a moment after its hub.
const PATIENCE_MS = 15_000;

/** Changes the journal of a hub that does not run, as the local runtime keeps it. */
export function withJournal<Result>(home: Home, work: (journal: DatabaseSync) => Result): Result {
	const journal = new DatabaseSync(journalFile(home), { timeout: PATIENCE_MS });
	try {
		return work(journal);
	} finally {
		journal.close();
	}
}

/** Writes copies of an incident that is there already, each with its own id and changes; the newest last. */
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
