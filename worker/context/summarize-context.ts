import type { Context } from "../../pipeline/context.ts";

/** The context without its data, as the journal keeps it: what was asked, what became of it, how long it took. */
export function summarizeContext(context: Context): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(context).map(([name, part]) => {
			const { from, status, took_ms } = part;
			const why = "why" in part ? { why: part.why } : {};
			const incomplete = "incomplete" in part ? { incomplete: part.incomplete } : {};
			return [name, { from, status, took_ms, ...why, ...incomplete }];
		}),
	);
}
