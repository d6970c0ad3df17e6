import { isChoice } from "../agent-choice.ts";
import type {
	Agent,
	Artefact,
	AutonomyRule,
	ClassifyRule,
	ContextRequest,
	DedupRule,
	EventMapping,
	LifecycleMapping,
	RerunRule,
	Settings,
	Spawn,
} from "../artefact.ts";
import { contextRounds } from "../context-rounds.ts";
import {
	type CompiledCondition,
	type CompiledExpression,
	compileCondition,
	compileExpression,
} from "../expression/compile-expression.ts";
import { compileLogSearch, type LogSearch } from "../log/log-search.ts";
import type { NotifyEvent } from "../notify-events.ts";
import { agentsFor, outcomeFor, overridesFor, rerunFor, settingsFor } from "../overrides.ts";
import { type OwnAgent, ownAgents } from "../own-agents.ts";
import { compilePrompts, type Prompts } from "../prompt/compile-prompts.ts";
import { compileToolTable, type ToolTable } from "../tools/tool-table.ts";
import { type CompiledMapping, compileMapping } from "./compiled-mapping.ts";
import { type CompiledRoute, compileRoute } from "./compiled-route.ts";

/** A pipeline ready to run: names resolved, expressions and templates compiled on first use. */
export interface Pipeline {
	readonly version: string;
	readonly settings: Settings;
	readonly agents: readonly OwnAgent[];
	/** By the event they listen to, in file order. */
	readonly events: ReadonlyMap<string, readonly CompiledEvent[]>;
	/** By the event they listen to, in file order. */
	readonly lifecycle: ReadonlyMap<string, readonly CompiledLifecycle[]>;
	readonly filters: readonly { readonly name: string; readonly keep: CompiledCondition }[];
	/** In the rounds in which they are gathered. */
	readonly context: readonly (readonly CompiledContextRequest[])[];
	readonly classify: readonly (ClassifyRule & Named)[];
	readonly tools: ToolTable;
	/** Looks up an agent by the name in an escalation. */
	readonly agentOf: (name: string) => Agent | undefined;
	readonly route: readonly CompiledRoute[];
	readonly rerun: readonly (RerunRule & Named)[];
	readonly autonomy: readonly (AutonomyRule & Named)[];
	readonly dedup: readonly (Omit<DedupRule, "key"> & { readonly key: CompiledExpression })[];
	readonly spawn: CompiledSpawn;
	readonly outcome: Artefact["outcome"];
	readonly notify: readonly CompiledNotifyTarget[];
	readonly prompts: Prompts;
	readonly logSearch: LogSearch;
	/** This pipeline, or what `overrides` make of it for a repository. */
	readonly forRepository: (repository: string | undefined) => Pipeline;
}

export interface CompiledEvent {
	readonly name: string;
	readonly condition: CompiledCondition | undefined;
	readonly kind: EventMapping["kind"];
	readonly identity: CompiledExpression | undefined;
	readonly incident: CompiledMapping;
}

export interface CompiledLifecycle {
	readonly name: string;
	readonly condition: CompiledCondition | undefined;
	readonly reports: LifecycleMapping["reports"];
	readonly about: CompiledMapping;
}

export interface CompiledContextRequest {
	readonly name: string;
	readonly from: ContextRequest["from"];
	readonly condition: CompiledCondition | undefined;
	readonly with: CompiledMapping;
	readonly timeout_s: number;
}

export interface CompiledSpawn {
	readonly namespace: string;
	readonly labels: readonly (readonly [string, CompiledExpression])[];
	readonly annotations: readonly (readonly [string, CompiledExpression])[];
	readonly spec: CompiledMapping;
}

/** Where notifications go: one entry of `notify`. `url` and `secret` are references to variables: `$env(NAME)`. */
export interface NotifyTarget {
	readonly name: string;
	readonly on: readonly NotifyEvent[];
	readonly to: "slack" | "webhook";
	readonly url: string;
	readonly secret?: string;
}

export interface CompiledNotifyTarget extends NotifyTarget {
	readonly condition: CompiledCondition | undefined;
}

/** A rule with its compiled condition, for `firstTrue`. */
interface Named {
	readonly name: string;
	readonly condition: CompiledCondition | undefined;
}

/** Loads a built artefact. Throws when it is corrupt, which means it violates what the build checks. */
export function loadPipeline(artefact: Artefact): Pipeline {
	mustEndUnconditionally("classify", artefact.classify);
	mustEndUnconditionally("route", artefact.route);
	if (isChoice(artefact.route.at(-1)?.agent ?? "")) throw new Error("the artefact's last route rule names no agent");
	// Made on demand: most deliveries need none of them.
	const lifecycle = once(() => Map.groupBy(artefact.lifecycle.map(compileLifecycle), ({ on }) => on));
	const context = once(() => compileContext(artefact.context));
	const spawn = once(() => compileSpawn(artefact.spawn));
	const tools = once(() => compileToolTable(artefact.fields, artefact.tools));
	const logSearch = once(() => compileLogSearch(artefact.log_patterns));
	const changed = new Map<string, Pipeline>();
	const pipeline: Pipeline = {
		version: artefact.version,
		settings: artefact.settings,
		forRepository: (repository) => {
			const overrides = overridesFor(artefact.overrides, repository);
			if (overrides.length === 0) return pipeline;
			const key = overrides.map((one) => (artefact.overrides ?? []).indexOf(one)).join();
			const known = changed.get(key) ?? overridden(pipeline, artefact, repository);
			changed.set(key, known);
			return known;
		},
		agents: ownAgents(artefact.agents),
		events: Map.groupBy(artefact.events.map(compileEvent), ({ on }) => on),
		get lifecycle() {
			return lifecycle();
		},
		agentOf: (name) => agentOf(artefact, name),
		filters: artefact.filters.map(({ name, keep }) => ({ name, keep: compileCondition(keep) })),
		get context() {
			return context();
		},
		classify: artefact.classify.map((rule) => ({ ...rule, name: rule.type, condition: conditionOf(rule.when) })),
		route: compileRoutes(artefact),
		rerun: compileReruns(artefact.rerun ?? []),
		autonomy: compileAutonomy(artefact.autonomy),
		dedup: artefact.dedup.map((rule) => ({ ...rule, key: compileExpression(rule.key) })),
		get spawn() {
			return spawn();
		},
		outcome: artefact.outcome,
		notify: (artefact.notify ?? []).map(({ where, ...target }) => ({ ...target, condition: conditionOf(where) })),
		prompts: compilePrompts(artefact.prompts),
		get tools() {
			return tools();
		},
		get logSearch() {
			return logSearch();
		},
	};
	return pipeline;
}

/** The pipeline with what `overrides` change for a repository. */
function overridden(pipeline: Pipeline, artefact: Artefact, repository: string | undefined): Pipeline {
	const changed = { ...artefact, agents: agentsFor(artefact, repository) };
	const autonomy = overridesFor(artefact.overrides, repository).findLast((one) => one.autonomy !== undefined)?.autonomy;
	const own: Pick<Pipeline, "settings" | "outcome" | "agentOf" | "route" | "rerun" | "autonomy"> = {
		settings: settingsFor(artefact, repository),
		outcome: outcomeFor(artefact, repository),
		agentOf: (name) => agentOf(changed, name),
		route: compileRoutes(changed),
		rerun: compileReruns(rerunFor(artefact, repository)),
		autonomy: autonomy === undefined ? pipeline.autonomy : compileAutonomy(autonomy),
	};
	// Everything else is the pipeline's, also what it builds on demand.
	return Object.assign(Object.create(pipeline) as Pipeline, own);
}

function compileReruns(rules: readonly RerunRule[]): Pipeline["rerun"] {
	return rules.map((rule, index) => ({ ...rule, name: `rule ${index + 1}`, condition: compileCondition(rule.when) }));
}

function compileRoutes(artefact: Artefact): Pipeline["route"] {
	return artefact.route.map((rule) =>
		compileRoute(rule, {
			find: (name) => agentOf(artefact, name),
			need: (name) => routedAgent(artefact, name),
		}),
	);
}

function compileAutonomy(rules: readonly AutonomyRule[] = []): Pipeline["autonomy"] {
	return rules.map((rule, index) => ({ ...rule, name: `rule ${index + 1}`, condition: conditionOf(rule.when) }));
}

function compileEvent(mapping: EventMapping): CompiledEvent & { readonly on: string } {
	return {
		name: mapping.name,
		on: mapping.on,
		condition: conditionOf(mapping.when),
		kind: mapping.kind,
		identity: mapping.identity === undefined ? undefined : compileExpression(mapping.identity),
		incident: compileMapping(mapping.incident),
	};
}

function compileLifecycle({
	name,
	on,
	when,
	reports,
	about: of,
}: LifecycleMapping): CompiledLifecycle & { readonly on: string } {
	return { name, on, condition: conditionOf(when), reports, about: compileMapping(of) };
}

function once<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
}

function compileContext(requests: Artefact["context"]): Pipeline["context"] {
	return contextRounds(requests).map((round) =>
		round.map((request) => ({
			...request,
			condition: conditionOf(request.when),
			with: compileMapping(request.with),
		})),
	);
}

function compileSpawn({ namespace, labels, annotations, spec }: Spawn): CompiledSpawn {
	const compiled = (texts: Readonly<Record<string, string>>) =>
		Object.entries(texts).map(([name, text]) => [name, compileExpression(text)] as const);
	return {
		namespace,
		labels: compiled(labels),
		annotations: compiled(annotations),
		spec: compileMapping(spec),
	};
}

function conditionOf(text: string | undefined): CompiledCondition | undefined {
	return text === undefined ? undefined : compileCondition(text);
}

function agentOf({ agents }: Artefact, name: string): Agent | undefined {
	return Object.hasOwn(agents, name) ? agents[name] : undefined;
}

function routedAgent(artefact: Artefact, name: string): Agent {
	const agent = agentOf(artefact, name);
	if (agent === undefined) throw new Error(`the artefact routes to an agent that it does not have: ${name}`);
	if (!Object.hasOwn(artefact.prompts, agent.prompt)) {
		throw new Error(`the artefact has no prompt ${agent.prompt}, which agent ${name} needs`);
	}
	return agent;
}

function mustEndUnconditionally(stage: string, rules: readonly { readonly when?: string }[]): void {
	const last = rules.at(-1);
	if (last === undefined || last.when !== undefined) {
		throw new Error(`the artefact's ${stage} rules do not end with one that always holds`);
	}
}
