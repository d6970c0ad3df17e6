import type { Artefact } from "../pipeline/index.ts";

/** What `context-worker.ts` is told by PUT. */
export interface ContextWorkerSettings {
	readonly artefact: Artefact;
	readonly github_url: string;
	readonly private_key: string;
}

/** What its `/gather` answers, in milliseconds. */
export interface GatheringTimes {
	readonly wall_ms: number;
	readonly parts: Readonly<Record<string, { readonly status: string; readonly took_ms: number }>>;
}
