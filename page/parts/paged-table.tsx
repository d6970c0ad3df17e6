import type { ComponentChildren } from "preact";
import type { Resource } from "../api/resource.ts";
import { Problem } from "./problem.tsx";

/** One page of a list as a table, or why it has none; below it links to the first page and to the next one. */
export function PagedTable<Row>({
	of,
	rows,
	show,
	whenNone,
	newest,
	older,
}: {
	readonly of: Resource<unknown>;
	/** Undefined until the first answer. */
	readonly rows: readonly Row[] | undefined;
	/** The table of at least one row. */
	readonly show: (rows: readonly Row[]) => ComponentChildren;
	readonly whenNone: ComponentChildren;
	/** Undefined on the first page. */
	readonly newest: string | undefined;
	/** Undefined on the last page. */
	readonly older: string | undefined;
}) {
	return (
		<>
			<Problem of={of} />
			<div class="table" aria-busy={rows === undefined}>
				{rows === undefined && of.error === undefined && <p class="empty">Loading…</p>}
				{rows !== undefined && (rows.length === 0 ? whenNone : show(rows))}
			</div>
			<nav class="pages" aria-label="Pages">
				{newest !== undefined && <a href={newest}>Newest</a>}
				{older !== undefined && <a href={older}>Older</a>}
			</nav>
		</>
	);
}
