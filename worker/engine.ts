import bundled from "../dist/pipeline.json";
import type { Artefact } from "../pipeline/artefact.ts";
import {
	createLogReader,
	type DecideInput,
	type Decision,
	type Delivery,
	decide,
	type Incident,
	type LogLimits,
	type LogReader,
	loadPipeline,
	type PlannedRequest,
	planContext,
	type Reading,
	readDelivery,
} from "../pipeline/index.ts";
import type { Env } from "./env.ts";
import { type Log, messageOf } from "./log.ts";

/** The pipeline in force, as the worker uses it. */
export interface Engine {
	readonly version: string;
	readonly settle_s: number;
	read(delivery: Delivery): Promise<Reading>;
	plan(incident: Incident): Promise<readonly PlannedRequest[]>;
	decide(input: DecideInput): Promise<Decision>;
	/** Reads one log for all of the pipeline's patterns. */
	newLogReader(limits?: Partial<LogLimits>): LogReader;
}

/** Where a newer artefact than the bundled one is put, as JSON; it wins while it is there. */
export const ACTIVE_PIPELINE_KEY = "pipeline:active";

const LOOK_AGAIN_MS = { loopback: 250, elsewhere: 30_000 };

// Kept for the life of the isolate: compiling is done once a version, not once a delivery.
let inForce: { readonly engine: Engine; readonly text: string | null } | undefined;
let lookedAt = 0;

/**
 * The pipeline in force: what stands in KV under `pipeline:active`, else the bundled one. Looked at again at most
 * four times a second on loopback, every 30 s elsewhere. One that does not load is logged, and the last good one stays.
 */
export async function currentEngine(env: Env, now: number, log: Log): Promise<Engine> {
	const every = env.HEALER_LOOPBACK === "true" ? LOOK_AGAIN_MS.loopback : LOOK_AGAIN_MS.elsewhere;
	if (inForce !== undefined && now - lookedAt < every) return inForce.engine;
	lookedAt = now;
	const text = await readActive(env.DEDUP, log);
	if (inForce !== undefined && (text === undefined || text === inForce.text)) return inForce.engine;
	inForce = { engine: loadActive(text ?? null, log) ?? inForce?.engine ?? createEngine(bundled), text: text ?? null };
	return inForce.engine;
}

/** Binds the pipeline's functions to one loaded artefact. Throws when the artefact is corrupt. */
function createEngine(artefact: Artefact): Engine {
	const pipeline = loadPipeline(artefact);
	return {
		version: artefact.version,
		settle_s: artefact.settings.settle_s,
		read: (delivery) => readDelivery(pipeline, delivery),
		plan: (incident) => planContext(pipeline, incident),
		decide: (input) => decide(pipeline, input),
		newLogReader: (limits) => createLogReader(pipeline.logSearch, limits),
	};
}

/** Text of the active artefact; null when there is none, undefined when KV did not answer. */
async function readActive(kv: KVNamespace, log: Log): Promise<string | null | undefined> {
	try {
		return await kv.get(ACTIVE_PIPELINE_KEY);
	} catch (cause) {
		log.warn("the active pipeline could not be read; the last one stays", { cause: messageOf(cause) });
		return undefined;
	}
}

function loadActive(text: string | null, log: Log): Engine | undefined {
	if (text === null) return createEngine(bundled);
	try {
		const engine = createEngine(JSON.parse(text));
		log.info("a pipeline came into force", { pipeline: engine.version });
		return engine;
	} catch (cause) {
		log.error("the active pipeline does not load; the last good one stays", { cause: messageOf(cause) });
		return undefined;
	}
}
