import { DurableObject } from "cloudflare:workers";

/** A statement and its values, in the order of its parameters. */
export type BoundStatement = readonly [sql: string, values: readonly SqlStorageValue[]];

/** What one statement did, with D1's names. */
export interface StatementResult {
	readonly results: readonly Record<string, SqlStorageValue>[];
	readonly changes: number;
	readonly last_row_id: number;
	readonly rows_read: number;
	readonly rows_written: number;
}

export type Ran =
	| { readonly ok: true; readonly all: readonly StatementResult[]; readonly size_after: number }
	/** SQLite's message. Nothing of the call is stored. */
	| { readonly ok: false; readonly message: string };

/** The journal of a local hub: one Durable Object with SQLite, on the file that D1 has in the same runtime. */
export class JournalObject extends DurableObject {
	// What SQLite counted so far on its connection; undefined while not known.
	#counted: Counted | undefined;

	/** Runs the statements in one transaction. The answer leaves once what they wrote is on the disk. */
	run(statements: readonly BoundStatement[]): Ran {
		try {
			const all = this.ctx.storage.transactionSync(() => statements.map((statement) => this.#runOne(statement)));
			return { ok: true, all, size_after: this.ctx.storage.sql.databaseSize };
		} catch (error) {
			this.#counted = undefined;
			// As a value: workerd prints what a method throws.
			return { ok: false, message: error instanceof Error ? error.message : String(error) };
		}
	}

	#runOne([text, values]: BoundStatement): StatementResult {
		const before = this.#counted ?? this.#count();
		const cursor = this.ctx.storage.sql.exec(text, ...values);
		const results = cursor.toArray();
		const { rowsRead: rows_read, rowsWritten: rows_written } = cursor;
		// Most statements write nothing, and asking costs as much as a small one.
		const now = rows_written === 0 ? before : this.#count();
		this.#counted = now;
		return { results, changes: now.total - before.total, last_row_id: now.last, rows_read, rows_written };
	}

	#count(): Counted {
		return this.ctx.storage.sql.exec<Counted>(COUNTED).one();
	}
}

/** By SQLite on its connection: rows changed so far, and the number of the row that was inserted last. */
type Counted = { readonly total: number; readonly last: number };

const COUNTED = "SELECT total_changes() AS total, last_insert_rowid() AS last";
