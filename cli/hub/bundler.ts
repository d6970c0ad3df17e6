let loaded: Promise<typeof import("esbuild")> | undefined;

/** esbuild, loaded when something has to be bundled: most starts find all in the cache. */
export function loadBundler(): Promise<typeof import("esbuild")> {
	loaded ??= import("esbuild");
	return loaded;
}

/** Ends esbuild's own process, which keeps its memory as long as this one runs. The next bundle starts another. */
export async function endBundler(): Promise<void> {
	await (await loaded)?.stop();
}
