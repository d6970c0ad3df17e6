import { activePipeline, findPipeline } from "./journal/pipelines.ts";

/** Names the version in force; absent when that is the one that the worker was deployed with. */
const ACTIVE_KEY = "active_pipeline";

/** As short as KV allows, so that a push is seen everywhere within a minute: this and the time between two looks. */
const SEEN_WITHIN_S = 30;

const VERSION = /^[0-9a-f]{16}$/;

/** The version that KV names; null when there is none, or what stands there is no version. */
export async function readActiveVersion(kv: KVNamespace): Promise<string | null> {
	const text = await kv.get(ACTIVE_KEY, { cacheTtl: SEEN_WITHIN_S });
	return text !== null && VERSION.test(text) ? text : null;
}

/** The artefact's JSON; null when KV does not have it (yet). */
export async function readPublished(kv: KVNamespace, version: string): Promise<string | null> {
	return await kv.get(artefactKey(version));
}

/**
 * Lets KV say what the journal says, where it does not. Called after each change and by the sweep, so that a KV that
 * failed or was wiped costs a minute and not the policy.
 */
export async function publishPipeline(db: D1Database, kv: KVNamespace): Promise<void> {
	const version = await activePipeline(db);
	if ((await kv.get(ACTIVE_KEY)) === version) return;
	if (version === null) {
		await kv.delete(ACTIVE_KEY);
		return;
	}
	const artefact = await findPipeline(db, version);
	if (artefact === undefined) throw new Error(`the pipeline in force is not in the journal: ${version}`);
	// The artefact first: who sees its name finds it.
	await kv.put(artefactKey(version), artefact);
	await kv.put(ACTIVE_KEY, version);
}

/** Takes a version out of KV that the journal has forgotten. */
export async function unpublish(kv: KVNamespace, version: string): Promise<void> {
	await kv.delete(artefactKey(version));
}

function artefactKey(version: string): string {
	return `artefact:${version}`;
}
