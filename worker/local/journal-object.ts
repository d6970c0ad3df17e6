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
	/** Runs the statements in one transaction. The answer leaves once what they wrote is on the disk. */
	run(statements: readonly BoundStatement[]): Ran {
		try {
			const all = this.ctx.storage.transactionSync(() => this.#runEach(statements));
			return { ok: true, all, size_after: this.ctx.storage.sql.databaseSize };
		} catch (error) {
			// As a value: workerd prints what a method throws.
			return { ok: false, message: error instanceof Error ? error.message : String(error) };
		}
	}

	#runEach(statements: readonly BoundStatement[]): StatementResult[] {
		let { total } = this.#changes();
		return statements.map(([text, values]) => {
			const cursor = this.ctx.storage.sql.exec(text, ...values);
			const results = cursor.toArray();
			const now = this.#changes();
			const changes = now.total - total;
			total = now.total;
			const { rowsRead: rows_read, rowsWritten: rows_written } = cursor;
			return { results, changes, last_row_id: now.last, rows_read, rows_written };
		});
	}

	#changes(): { total: number; last: number } {
		return this.ctx.storage.sql.exec<{ total: number; last: number }>(CHANGES).one();
	}
}

const CHANGES = "SELECT total_changes() AS total, last_insert_rowid() AS last";
