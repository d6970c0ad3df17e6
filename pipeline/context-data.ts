import type { Context, ContextSource, SourceData } from "./context.ts";

/**
 * The data of the first `ok` part from this source. Parts come from the journal and the wire as JSON, so any field may
 * be missing.
 */
export function dataFrom<S extends ContextSource>(context: Context, source: S): Partial<SourceData[S]> | undefined {
	const part = Object.values(context).find(({ from, status }) => from === source && status === "ok");
	if (part?.status !== "ok" || typeof part.data !== "object" || part.data === null) return undefined;
	return part.data as Partial<SourceData[S]>;
}
