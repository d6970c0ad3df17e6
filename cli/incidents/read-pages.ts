import { EXIT, type ExitCode } from "../exit-code.ts";
import { askWorker, unexpected, type WorkerAccess } from "../worker-api.ts";

export type PagesReading<Row> =
	| { readonly ok: true; readonly rows: readonly Row[]; readonly isMore: boolean; readonly body: unknown }
	| { readonly ok: false; readonly problem: string; readonly code: ExitCode };

interface Page<Row> {
	readonly rows: readonly Row[];
	/** Null on the last page. */
	readonly next: string | null;
}

/** What the worker gives at once. */
const MOST_ROWS = 200;
/** A search reads a part of the journal a page, and may find nothing in it. */
const MOST_PAGES = 100;

/** Reads a list page by page until there are `limit` rows; `body` is the first answer. */
export async function readPages<Row>(
	worker: WorkerAccess,
	path: string,
	list: {
		readonly query: Readonly<Record<string, string | undefined>>;
		readonly limit: number;
		/** The parameter that takes a page's `next`. */
		readonly cursor: string;
	},
	read: (body: Readonly<Record<string, unknown>>) => Page<Row> | undefined,
): Promise<PagesReading<Row>> {
	const rows: Row[] = [];
	let next: string | null = "";
	let first: unknown;
	for (let pages = 0; next !== null && rows.length < list.limit && pages < MOST_PAGES; pages++) {
		const params = new URLSearchParams();
		for (const [name, value] of Object.entries(list.query)) if (value) params.set(name, value);
		params.set("limit", String(Math.min(MOST_ROWS, list.limit - rows.length)));
		if (next !== "") params.set(list.cursor, next);
		const answer = await askWorker(worker, `${path}?${params}`);
		if (!answer.ok) return { ok: false, problem: answer.problem, code: EXIT.problem };
		const { status, body } = answer.value;
		if (status === 400) return { ok: false, problem: `${body.error}.`, code: EXIT.usage };
		const page: Page<Row> | undefined = status === 200 ? read(body) : undefined;
		if (page === undefined) return { ok: false, problem: unexpected(worker, answer.value), code: EXIT.problem };
		first ??= body;
		rows.push(...page.rows);
		next = page.next;
	}
	return { ok: true, rows, isMore: next !== null, body: first };
}
