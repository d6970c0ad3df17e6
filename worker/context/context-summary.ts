import type { Context, ContextPart } from "../../pipeline/context.ts";

/** The context without its data, for the journal: each source, its status, and how long it took. */
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

/** Maximum of a part's data as JSON; a log excerpt alone has up to 24 KiB. */
const LARGEST_DATA = 64 * 1024;
const MOST_FILES = 1000;

/**
 * The context with its data, kept in the journal for backtests. Changed files are reduced to their paths, and parts that are
 * too large are dropped. The input is already redacted.
 */
export function keptContext(context: Context): Context {
	return Object.fromEntries(Object.entries(context).map(([name, part]) => [name, keptPart(part)]));
}

function keptPart(part: ContextPart): ContextPart {
	if (part.status !== "ok") return part;
	const data = part.from === "github.changed_files" ? pathsAlone(part.data) : part.data;
	const { from, took_ms } = part;
	const size = JSON.stringify(data)?.length ?? 0;
	return size <= LARGEST_DATA ? { ...part, data } : { from, took_ms, status: "skipped", why: "too large to keep" };
}

function pathsAlone(data: unknown): unknown {
	const files = typeof data === "object" && data !== null && "files" in data ? data.files : undefined;
	if (!Array.isArray(files)) return data;
	const paths = files.slice(0, MOST_FILES).map((file: { readonly path?: unknown } | null) => ({ path: file?.path }));
	return { files: paths };
}
