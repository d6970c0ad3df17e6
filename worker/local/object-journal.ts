import type { BoundStatement, JournalObject, StatementResult } from "./journal-object.ts";
import { notHere } from "./not-here.ts";

type Objects = DurableObjectNamespace<JournalObject>;

/** D1 makes the same file's name of it. */
const NAME = "journal";

/**
 * The part of D1's API that the worker uses, on a Durable Object: a quarter of the CPU in the local runtime, where each call of
 * D1's is a request with JSON to a worker in JavaScript (`npm run bench -- hub`). Each query and each batch is one call and one
 * transaction. A BLOB is read as an ArrayBuffer, where D1 returns an array.
 */
export function objectJournal(objects: Objects): D1Database {
	return {
		prepare: (sql) => new ObjectStatement(objects, sql, []),
		batch: async <T>(statements: D1PreparedStatement[]) =>
			await run<T>(
				objects,
				statements.map((statement) => (statement as ObjectStatement).bound),
			),
		exec: () => notHere("D1's exec"),
		dump: () => notHere("D1's dump"),
		withSession: () => notHere("D1's withSession"),
	};
}

class ObjectStatement implements D1PreparedStatement {
	readonly #objects: Objects;
	readonly bound: BoundStatement;

	constructor(objects: Objects, sql: string, values: readonly SqlStorageValue[]) {
		this.#objects = objects;
		this.bound = [sql, values];
	}

	bind(...values: unknown[]): ObjectStatement {
		if (areTooLarge(values)) failed("string or blob too big: SQLITE_TOOBIG");
		return new ObjectStatement(this.#objects, this.bound[0], values.map(bindable));
	}

	async all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
		const [result] = await run<T>(this.#objects, [this.bound]);
		if (result === undefined) throw new Error("the journal answered without a result");
		return result;
	}

	run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
		return this.all<T>();
	}

	async first<T>(column?: string): Promise<T | null> {
		const [row] = (await this.all<Record<string, unknown>>()).results;
		if (row === undefined) return null;
		if (column === undefined) return row as T;
		if (!(column in row)) throw new Error(`D1_COLUMN_NOTFOUND: Column not found (${column})`);
		return row[column] as T;
	}

	raw(): never {
		return notHere("D1's raw");
	}
}

async function run<T>(objects: Objects, statements: readonly BoundStatement[]): Promise<D1Result<T>[]> {
	// A stub belongs to the request that made it, and is of no use once its object has failed.
	const object = objects.get(objects.idFromName(NAME));
	const ran = await object
		.run(statements)
		.catch((cause: unknown) => failed(cause instanceof Error ? cause.message : String(cause), cause));
	if (!ran.ok) return failed(ran.message);
	return ran.all.map((result) => asD1Result<T>(result, ran.size_after));
}

function asD1Result<T>({ results, ...meta }: StatementResult, size_after: number): D1Result<T> {
	const changed_db = meta.rows_written > 0;
	return { success: true, results: results as T[], meta: { duration: 0, changed_db, size_after, ...meta } };
}

// A row's limit, which workerd does not hold SQLite to: https://developers.cloudflare.com/d1/platform/limits/
const LARGEST_ROW = 2_000_000;

function areTooLarge(values: readonly unknown[]): boolean {
	const least = values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
	// A character takes three bytes at most, and most rows are far smaller.
	return least * 3 > LARGEST_ROW && values.reduce<number>((sum, value) => sum + bytesOf(value), 0) > LARGEST_ROW;
}

function bytesOf(value: unknown): number {
	return typeof value === "string" ? new TextEncoder().encode(value).length : 0;
}

/** As D1 does it: https://developers.cloudflare.com/d1/worker-api/#type-conversion */
function bindable(value: unknown): SqlStorageValue {
	switch (typeof value) {
		case "string":
			return value;
		case "number":
			// As JSON has it, in which D1 sends them.
			return Number.isFinite(value) ? value : null;
		case "boolean":
			return value ? 1 : 0;
		case "object":
			if (value === null || value instanceof ArrayBuffer) return value;
			if (ArrayBuffer.isView(value))
				return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) as ArrayBuffer;
	}
	throw new Error(`D1_TYPE_ERROR: Type '${typeof value}' not supported for value '${value}'`);
}

function failed(message: string, cause: unknown = new Error(message)): never {
	throw new Error(`D1_ERROR: ${message}`, { cause });
}
