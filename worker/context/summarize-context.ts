import type { Context } from "../../pipeline/context.ts";

/** The context without its data, as the journal keeps it: what was asked, what became of it, how long it took. */
export function summarizeContext(context: Context): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(context).map(([name, part]) => {
			const { from, status, took_ms } = part;
			return [name, "why" in part ? { from, status, took_ms, why: part.why } : { from, status, took_ms }];
		}),
	);
}
