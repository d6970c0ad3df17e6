import type { Artefact } from "../pipeline/index.ts";

/** Settings of `context-worker.ts`, sent by PUT. */
export interface ContextWorkerSettings {
	readonly artefact: Artefact;
	readonly github_url: string;
	readonly private_key: string;
}

/** The answer of its `/gather`, in milliseconds. */
export interface GatheringTimes {
	readonly wall_ms: number;
	readonly parts: Readonly<Record<string, { readonly status: string; readonly took_ms: number }>>;
}
