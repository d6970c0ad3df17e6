import { activePipeline, findPipeline } from "./journal/pipelines.ts";

/** Holds the active version; absent if that is the one that the worker was deployed with. */
const ACTIVE_KEY = "active_pipeline";

/** KV's minimum, so that a push is seen everywhere within a minute: this plus the interval of `currentEngine`. */
const SEEN_WITHIN_S = 30;

const VERSION = /^[0-9a-f]{16}$/;

/** The version in KV; null if there is none, or the value is not a version. */
export async function readActiveVersion(kv: KVNamespace): Promise<string | null> {
	const text = await kv.get(ACTIVE_KEY, { cacheTtl: SEEN_WITHIN_S });
	return text !== null && VERSION.test(text) ? text : null;
}

/** The artefact's JSON; null if KV does not have it (yet). */
export async function readPublished(kv: KVNamespace, version: string): Promise<string | null> {
	return await kv.get(artefactKey(version));
}

/**
 * Updates KV from the journal if they differ. Called after each change and by the sweep, so that a failed or wiped KV costs a
 * minute, not the policy.
 */
export async function publishPipeline(db: D1Database, kv: KVNamespace): Promise<void> {
	const version = await activePipeline(db);
	if ((await kv.get(ACTIVE_KEY)) === version) return;
	if (version === null) {
		await kv.delete(ACTIVE_KEY);
		return;
	}
	const artefact = await findPipeline(db, version);
	if (artefact === undefined) throw new Error(`the active pipeline is not in the journal: ${version}`);
	// The artefact first, so that a reader of its name finds it.
	await kv.put(artefactKey(version), artefact);
	await kv.put(ACTIVE_KEY, version);
}

/** Deletes a version from KV that the journal has deleted. */
export async function unpublish(kv: KVNamespace, version: string): Promise<void> {
	await kv.delete(artefactKey(version));
}

function artefactKey(version: string): string {
	return `artefact:${version}`;
}
