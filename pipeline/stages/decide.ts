import type { Agent, Settings } from "../artefact.ts";
import type { Because } from "../because.ts";
import { branchStrategy } from "../branch-strategy.ts";
import { type CheckHistory, type FoundFailure, judgeHistory } from "../cause/check-history.ts";
import { fingerprintOf } from "../cause/fingerprint.ts";
import type { Context } from "../context.ts";
import { dataFrom } from "../context-data.ts";
import type { ClaimRequest, Decision } from "../decision.ts";
import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import { isHeadUnknown } from "../head-repository.ts";
import type { Incident } from "../incident.ts";
import { type PreviousAttempt, promptView } from "../prompt/prompt-view.ts";
import { renderPrompt } from "../prompt/render-prompt.ts";
import { failedAgain, type RerunFacts } from "../rerun.ts";
import type { WhoseVerdict } from "../whose-failure.ts";
import { applyFilters } from "./apply-filters.ts";
import { chooseAgent, type Routed } from "./choose-agent.ts";
import { type Classified, classify } from "./classify.ts";
import { draftCodeRun } from "./draft-coderun.ts";
import { enrichIncident, evidentFactsOf } from "./incident-facts.ts";
import { judgeAutonomy } from "./judge-autonomy.ts";
import { judgeRerun } from "./judge-rerun.ts";
import type { Pipeline } from "./load-pipeline.ts";

export interface DecideInput {
	readonly incident: Incident;
	readonly context: Context;
	/** Counts from 1. */
	readonly attempt: number;
	readonly previous_attempts?: readonly PreviousAttempt[];
	/** The agent chosen by escalation, or named by the agent before, which overrides the rules. */
	readonly escalate_to?: string;
	/** Who named it, if it was not the escalation. */
	readonly named_by?: "agent" | "person";
	/**
	 * What is red now, if an attempt ended on it (`evidenceIncident`): rules, prompt and CodeRun are about that. Filters, claims
	 * and strategy stay with the incident: who pushed the newest commit does not change whose failure it is.
	 */
	readonly evidence?: Incident;
	/** What is known of reruns; absent: nothing was run again, and no flake is known. */
	readonly reruns?: RerunFacts;
	/** What is known of its check, if it is a red check of a pull request. */
	readonly history?: CheckHistory;
	/** Whose failure an earlier decision said it is; a `history` says it anew. */
	readonly whose_failure?: WhoseVerdict;
}

/**
 * Decides who should fix an incident, with what prompt and under which claims: `filters` again, `classify`, `route`,
 * `rerun`, `autonomy`, `dedup`, the prompt, `spawn`. Equal input gives an equal decision; nothing is fetched here.
 */
export async function decide(loaded: Pipeline, input: DecideInput): Promise<Decision> {
	const pipeline = loaded.forRepository(input.incident.repository);
	const { context, evidence } = input;
	const incident = evidence === undefined ? enrichIncident(input.incident, context) : input.incident;
	const about = evidence === undefined ? incident : enrichIncident(evidence, context);
	const facts = evidentFactsOf(pipeline, about, context);
	const scopeOf =
		(seen: Incident) =>
		(more: Readonly<Record<string, unknown>>): Scope => ({
			input: { ...seen, context },
			variables: { settings: pipeline.settings, ...more },
			facts,
		});
	const scopeWith = scopeOf(about);
	const scopeOfOwn = scopeOf(incident);
	const gathered = explainContext(input.context);

	const filtering = await applyFilters(pipeline, scopeOfOwn({}), "again");
	if (filtering.refusedBy !== undefined) {
		return { outcome: "filtered", filter: filtering.refusedBy, explanation: [gathered, filtering.explanation] };
	}
	if (pipeline.settings.unknown_heads === "refuse" && isHeadUnknown(incident)) {
		return { outcome: "filtered", filter: UNKNOWN_HEADS, explanation: [gathered, refused(filtering.explanation)] };
	}

	const type = await classify(pipeline, scopeWith({}), facts);
	const failure = { type: type.type, category: type.category };

	const routed = await chooseAgent(pipeline, scopeWith({ failure }), { facts, failure: type });
	const route = chosenRoute(pipeline, input) ?? namedRoute(pipeline, about) ?? mustHold(routed.found, "route");
	const agent = { name: route.agent, ...withTools(route.to, pipeline.settings) };
	const strategy = branchStrategy(incident, pipeline.outcome, dataFrom(input.context, "github.pull_request"));

	const fingerprint = fingerprintOf({ incident: about, facts, failure: type });
	const reruns = input.reruns ?? { flakes: [], earlier: [] };
	const rerun = await judgeRerun(pipeline, {
		...{ incident: about, context, failure, fingerprint, facts, reruns },
		scope: (known) => ({ ...scopeWith({ failure, agent }), facts: known }),
		isTaken: input.attempt > 1 || evidence !== undefined || input.escalate_to !== undefined,
	});

	const { attempt } = input;
	const { name: rule } = route;
	const judged = await judgeAutonomy(pipeline, scopeWith({ failure, agent, attempt, rule, strategy }));
	const dedup = await claimsOf(pipeline, scopeOfOwn({ failure, agent, strategy }));
	const because = becauseOf(route, { routed, failure: type });
	const failed_again = failedAgain(reruns.earlier, fingerprint);
	const whose_failure = whoseOf(input, { category: type.category, fingerprint, reruns });
	const view = promptView({
		...{ ...input, incident: about, agent, failure: type, because, strategy },
		...(failed_again !== undefined && { failed_again }),
		...(whose_failure !== undefined && { whose_failure }),
	});
	const prompt = renderPrompt(pipeline.prompts, agent.prompt, view);
	const drafted = await draftCodeRun(pipeline.spawn, scopeWith({ failure, agent, attempt, prompt, rule, strategy }));

	return {
		outcome: "spawn",
		agent: agent.name,
		rule,
		failure_type: type.type,
		failure_category: type.category,
		because,
		fingerprint,
		...(whose_failure !== undefined && { whose_failure }),
		...(rerun?.request !== undefined && { rerun: rerun.request }),
		autonomy: judged.autonomy,
		max_active: agent.max_active,
		deadline_s: pipeline.outcome.deadline_s,
		claims: dedup.claims,
		coderun: drafted.coderun,
		explanation: [
			gathered,
			filtering.explanation,
			again("classify", type.verdicts, `${type.type} (${type.category})`),
			again("route", routed.verdicts, routeOutcome(route, routed.found)),
			...(rerun === undefined ? [] : [rerun.explanation]),
			...(judged.explanation === undefined ? [] : [judged.explanation]),
			dedup.explanation,
			again("spawn", drafted.failed, `a CodeRun for ${agent.name} in ${pipeline.spawn.namespace}`),
		],
	};
}

function whoseOf({ history, whose_failure }: DecideInput, found: FoundFailure): WhoseVerdict | undefined {
	return history === undefined ? whose_failure : judgeHistory(history, found);
}

/** Shown in place of a filter's name when the setting refused a branch whose repository nobody named. */
const UNKNOWN_HEADS = "settings.unknown_heads";

function refused({ rules, ...filters }: StageExplanation): StageExplanation {
	const rule = { rule: UNKNOWN_HEADS, verdict: "false" } as const;
	return {
		...filters,
		rules: [...rules, rule],
		outcome: `refused by ${UNKNOWN_HEADS}: nobody named the branch's repository`,
	};
}

/** Shown in place of a rule's name when an escalation chose the agent. */
const ESCALATION = "escalation";
/** The same when the agent before named it. */
const HAND_OVER = "hand-over";
/** The same when a person named it in a first request. */
const NAMED = "named";
/** The same when a person retried with it. */
const RETRY = "retry";

type Route = Pick<Pipeline["route"][number], "name" | "agent" | "to">;

/** If the pipeline no longer has the agent, the rules decide. */
function chosenRoute(pipeline: Pipeline, { escalate_to, named_by }: DecideInput): Route | undefined {
	if (escalate_to === undefined) return undefined;
	const to = pipeline.agentOf(escalate_to);
	return to === undefined ? undefined : { name: NAMERS[named_by ?? "escalation"], agent: escalate_to, to };
}

const NAMERS = { agent: HAND_OVER, person: RETRY, escalation: ESCALATION } as const;

/** An agent that a person asked for by name. */
function namedRoute({ agentOf }: Pipeline, { command }: Incident): Route | undefined {
	const to = command?.agent === undefined ? undefined : agentOf(command.agent);
	return to === undefined || command?.agent === undefined ? undefined : { name: NAMED, agent: command.agent, to };
}

function becauseOf(
	{ agent, name: rule }: Route,
	{ routed, failure }: { readonly routed: Routed; readonly failure: Classified },
): Because {
	const chosen = { agent, rule };
	if (rule === ESCALATION) return { ...chosen, by: "escalation" };
	if (rule === HAND_OVER) return { ...chosen, by: "hand_over" };
	if (rule === NAMED || rule === RETRY) return { ...chosen, by: "named" };
	const { column, found } = routed;
	if (column !== undefined && column.by !== "evidence") return { ...chosen, by: column.by, found: column.found };
	if (found?.condition !== undefined && column === undefined) return { ...chosen, by: "route_rule" };
	const { evidence, rule: ofType, type } = failure;
	if (evidence === undefined) {
		return ofType === undefined ? { ...chosen, by: "default" } : { ...chosen, by: "classify_rule", type };
	}
	const { kind, field, tool, command, line, place, name } = evidence;
	return {
		...chosen,
		by: "evidence",
		evidence: kind,
		type,
		field,
		...(tool !== undefined && { tool }),
		...(command !== undefined && { command }),
		...(line !== undefined && line.text !== "" && { line: line.headline ?? line.text, line_number: line.line }),
		...(place !== undefined && { place }),
		...(name !== undefined && { name }),
		...(column === undefined && !(found?.to.takes ?? []).includes(field) && { untaken: true }),
	};
}

const RULED_OVER: ReadonlySet<string> = new Set([ESCALATION, HAND_OVER, NAMED, RETRY]);

/** The agent without its tools if the setting takes them from all; an older artefact lacks the setting. */
function withTools(agent: Agent, { agent_tools = true }: Partial<Settings>): Agent {
	return agent_tools ? agent : { ...agent, tools: { local: [], remote: [] } };
}

function routeOutcome({ name, agent }: Route, ruled: Route | undefined): string {
	if (!RULED_OVER.has(name) || ruled === undefined) return `${agent}, by ${name}`;
	return `${agent}, by ${name}; the rules say ${ruled.agent}, by ${ruled.name}`;
}

function mustHold<T>(found: T | undefined, stage: string): T {
	// Loading has verified that the last rule always holds.
	if (found === undefined) throw new Error(`no ${stage} rule holds`);
	return found;
}

/** An undefined key makes no claim (docs/pipeline.md#dedup). */
async function claimsOf(
	{ dedup }: Pipeline,
	scope: Scope,
): Promise<{ readonly claims: readonly ClaimRequest[]; readonly explanation: StageExplanation }> {
	const claims: ClaimRequest[] = [];
	const rules: RuleVerdict[] = [];
	for (const { name, key, ttl_s, while_active } of dedup) {
		const evaluation = await key.evaluate(scope);
		if (evaluation.ok && typeof evaluation.value === "string" && evaluation.value !== "") {
			claims.push({ name, key: evaluation.value, ttl_s, while_active });
			rules.push({ rule: name, verdict: "true" });
			continue;
		}
		const missing = key.missing(scope);
		const error = evaluation.ok ? "it does not return a key" : evaluation.error;
		const why = evaluation.ok && missing.length > 0 ? { missing } : { error };
		rules.push({ rule: name, verdict: "unknown", clause: { text: key.text, verdict: "unknown", ...why } });
	}
	const names = claims.map(({ name }) => name).join(", ");
	return { claims, explanation: again("dedup", rules, names === "" ? "no further claims" : `claims: ${names}`) };
}

function explainContext(context: Context): StageExplanation {
	const parts = Object.entries(context);
	const rules = parts.map(([rule, part]): RuleVerdict => {
		if (part.status === "ok" || part.status === "empty") return { rule, verdict: "true" };
		return { rule, verdict: "unknown", clause: { text: part.from, verdict: "unknown", error: part.why } };
	});
	const ok = parts.filter(([, { status }]) => status === "ok").length;
	return again("context", rules, `${ok} of ${parts.length} parts`);
}

function again(stage: StageExplanation["stage"], rules: readonly RuleVerdict[], outcome: string): StageExplanation {
	return { stage, round: "again", rules, outcome };
}
