import bundled from "../dist/pipeline.json";
import {
	type Artefact,
	type Context,
	createLogReader,
	type DecideInput,
	type Decision,
	type Delivery,
	type DeliveryQuestion,
	decide,
	type ExplainedDelivery,
	explainDelivery,
	type GroupPolicy,
	type IgnoredReason,
	type Incident,
	type LimitRules,
	type LogLimits,
	type LogReader,
	limitsFor,
	loadPipeline,
	type Notable,
	type NotifyTarget,
	notifyTargets,
	ownAgentOf,
	type PlannedRequest,
	planContext,
	planRound,
	type Reading,
	readDelivery,
	readSignal,
	rejectEarly,
	repeatedTexts,
	type Signal,
} from "../pipeline/index.ts";
import { longestGathering } from "./context/gather-context.ts";
import { createDictionary, type Dictionary } from "./journal/dictionaries.ts";
import type { Log } from "./log.ts";
import { readActiveVersion, readPublished } from "./published-pipeline.ts";

/** The active pipeline, as the worker uses it. */
export interface Engine {
	readonly version: string;
	readonly settings: Artefact["settings"];
	/** Why a delivery is ignored, if its event and action alone show it. */
	rejectEarly(delivery: Delivery): IgnoredReason | undefined;
	read(delivery: Delivery): Promise<Reading>;
	/** What to gather first. */
	plan(incident: Incident): Promise<readonly PlannedRequest[]>;
	/** How long gathering the first round takes at most, whatever is skipped; milliseconds. */
	readonly gathering_ms: number;
	/** How many rounds of gathering there are, the first one included. */
	readonly rounds: number;
	/** What to gather in a later round, from 1 on, with the context of the rounds before. */
	planRound(round: number, incident: Incident, context: Context): Promise<readonly PlannedRequest[]>;
	decide(input: DecideInput): Promise<Decision>;
	/** What it would decide about a delivery, without secrets. */
	explain(asked: DeliveryQuestion): Promise<ExplainedDelivery>;
	/** Reads what a delivery reports about a branch that may be under remediation. */
	readSignal(delivery: Delivery): Promise<Signal | undefined>;
	readonly outcome: Artefact["outcome"];
	/** Which failures with one cause are a group; a pipeline that was pushed earlier has none. */
	readonly group?: GroupPolicy;
	/** How many CodeRuns of an agent there may be in a repository, and when both are paused. */
	limitsFor(repository: string, agent: string): LimitRules;
	/** What differs in some repositories: read `settings` and `outcome` by `settingsFor` and `outcomeFor`. */
	readonly overrides?: NonNullable<Artefact["overrides"]>;
	/** Where notifications may go. */
	readonly notify: readonly NotifyTarget[];
	/** The names of the targets that are notified of this. */
	notifyTargets(about: Notable): Promise<readonly string[]>;
	/** The events that GitHub has to send. */
	readonly webhook_events: readonly string[];
	/** Whether one of the pipeline's agents acts under this login. */
	isOwnAgent(login: string): boolean;
	/** The names of the pipeline's agents. */
	readonly agents: readonly string[];
	/** The patterns for which logs are searched, by key. */
	readonly searched: readonly string[];
	/** What its decisions are packed with in the journal. */
	dictionary(): Promise<Dictionary>;
	/** Reads one log for all of the pipeline's patterns. */
	newLogReader(limits?: Partial<LogLimits>): LogReader;
}

const RECHECK_MS = { loopback: 250, elsewhere: 20_000 };

interface ActiveEngine {
	readonly engine: Engine;
	/** The version in KV when it was loaded; null for the bundled one. */
	readonly named: string | null;
}

// Kept for the life of the isolate: a version is compiled once, not for each delivery.
let active: ActiveEngine | undefined;
let checkedAt = Number.NEGATIVE_INFINITY;

/**
 * The active pipeline: the version that KV names, else the bundled one. Checked at most four times a second on loopback, every
 * 20 s elsewhere. If the version is missing or does not load, that is logged, and the last good one stays.
 */
export async function currentEngine(
	env: { readonly HEALER_LOOPBACK?: string | undefined; readonly DEDUP: KVNamespace },
	now: number,
	log: Log,
): Promise<Engine> {
	const every = env.HEALER_LOOPBACK === "true" ? RECHECK_MS.loopback : RECHECK_MS.elsewhere;
	const age = now - checkedAt;
	// A clock that was set back does not keep an engine for longer.
	if (active !== undefined && age >= 0 && age < every) return active.engine;
	checkedAt = now;
	active = (await changed(env.DEDUP, active, log)) ?? active ?? { engine: createEngine(bundled), named: null };
	return active.engine;
}

/** Makes the next call of `currentEngine` check KV: the active pipeline has changed. */
export function invalidateEngine(): void {
	checkedAt = Number.NEGATIVE_INFINITY;
}

/** The newly loaded engine; undefined if the current one stays. */
async function changed(kv: KVNamespace, before: ActiveEngine | undefined, log: Log): Promise<ActiveEngine | undefined> {
	try {
		const named = await readActiveVersion(kv);
		if (before !== undefined && named === before.named) return undefined;
		if (named === null) return { engine: createEngine(bundled), named };
		const text = await readPublished(kv, named);
		if (text === null) {
			log.warn("active pipeline not in KV yet, the last good one stays", { pipeline: named });
			return undefined;
		}
		return { engine: load(text, named, log) ?? before?.engine ?? createEngine(bundled), named };
	} catch (cause) {
		log.warn("reading the active pipeline failed, the last good one stays", { cause });
		return undefined;
	}
}

function load(text: string, named: string, log: Log): Engine | undefined {
	try {
		const artefact: Artefact = JSON.parse(text);
		if (artefact.version !== named) throw new Error(`its version is ${artefact.version}`);
		const engine = createEngine(artefact);
		log.info("pipeline activated", { pipeline: named });
		return engine;
	} catch (cause) {
		log.error("loading the active pipeline failed, the last good one stays", {
			pipeline: named,
			cause,
		});
		return undefined;
	}
}

/** Binds the pipeline's functions to one loaded artefact. Throws if the artefact is corrupt. */
export function createEngine(artefact: Artefact): Engine {
	const pipeline = loadPipeline(artefact);
	let dictionary: Dictionary | undefined;
	return {
		version: artefact.version,
		settings: pipeline.settings,
		rejectEarly: (delivery) => rejectEarly(pipeline, delivery),
		read: (delivery) => readDelivery(pipeline, delivery),
		plan: (incident) => planContext(pipeline, incident),
		gathering_ms: longestGathering(pipeline.context[0] ?? []),
		rounds: pipeline.context.length,
		planRound: (round, incident, context) => planRound(pipeline, round, incident, context),
		decide: (input) => decide(pipeline, input),
		explain: (asked) => explainDelivery(pipeline, artefact.version, asked),
		readSignal: (delivery) => readSignal(pipeline, delivery),
		outcome: pipeline.outcome,
		...(artefact.group !== undefined && { group: artefact.group }),
		limitsFor: (repository, agent) => limitsFor(artefact, repository, agent),
		// A pipeline that was pushed earlier has none.
		overrides: artefact.overrides ?? [],
		notify: pipeline.notify,
		notifyTargets: (about) => notifyTargets(pipeline, about),
		webhook_events: artefact.webhook_events,
		isOwnAgent: (login) => ownAgentOf(pipeline.agents, login) !== undefined,
		agents: Object.keys(artefact.agents),
		get searched() {
			return pipeline.logSearch.keys;
		},
		dictionary: async () => {
			// The value is kept, not the promise: a promise belongs to the request that made it.
			dictionary ??= createDictionary(await repeatedTexts(pipeline, artefact));
			return dictionary;
		},
		newLogReader: (limits) => createLogReader(pipeline.logSearch, limits),
	};
}
