import type { Autonomy } from "../../pipeline/autonomy.ts";
import type { Decision } from "../../pipeline/decision.ts";
import { redJobs } from "../../pipeline/index.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import type { RerunFacts } from "../../pipeline/rerun.ts";
import { codeRunName } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { TRACEPARENT_ANNOTATION, TRACEPARENT_VARIABLE } from "../../wire/trace.ts";
import { keptContext, summarizeContext } from "../context/context-summary.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { type AttemptRow, previousAttempts } from "../journal/attempts.ts";
import { type FoundByDecision, storeDecision } from "../journal/decisions.ts";
import type { GateRows } from "../journal/gate-rows.ts";
import { heldClaims } from "../journal/held-claims.ts";
import type { IncidentSnapshot } from "../journal/incident-snapshot.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { type DecisionTexts, explanationAlone, type PackedDecision, packDecision } from "../journal/packed-decision.ts";
import { packJson } from "../journal/packed-json.ts";
import { inKey, type KnownRepository, namedOnly } from "../journal/repositories.ts";
import { redAtDecision } from "../remediation/goal.ts";
import { attemptTraceparent } from "../runtime/trace.ts";
import { cancelUndecided, endWithoutHandOver, explain, packExplanation } from "./end-undecided.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { gatherRest } from "./gather-rest.ts";
import { causeOf, groupRules, joinable } from "./group.ts";
import { reportedIncident } from "./reported-incident.ts";
import { rerunFirst } from "./rerun-first.ts";
import { type SplitEvidence, splitByField } from "./split-by-field.ts";
import { LOCK_MS, type Progress } from "./waiting.ts";
import { decideWithHistory } from "./whose-failure.ts";

/** A stored decision, and the incident with what the decision learned about it. */
export interface Decided {
	readonly attempt: AttemptRow;
	readonly locked: LockedIncident;
	/** What the journal says against sending it, if it was read with the decision. */
	readonly gates: GateRows | undefined;
}

/** Gathers context, decides once, and stores the decision with the bytes of every send. */
export async function decideAttempt(effects: Effects, snapshot: IncidentSnapshot): Promise<Decided | Progress> {
	const { locked } = snapshot;
	const reported = await reportedIncident(effects, snapshot);
	if ("state" in reported) return reported;
	const evidence = await gatherEvidence(effects, locked, reported);
	if ("state" in evidence) return evidence;
	const split = await splitByField(effects, locked, evidence);
	if ("state" in split) return split;
	const whole = await gatherRest(effects, locked, split.evidence);
	if ("state" in whole) return whole;
	return await decideOn(effects, snapshot, { ...split, evidence: whole });
}

async function decideOn(
	effects: Effects,
	{ locked, known }: IncidentSnapshot,
	{ evidence, others }: SplitEvidence,
): Promise<Decided | Progress> {
	const engine = await effects.engine();
	const { incident, newest, context, earlier } = evidence;
	const previous_attempts = await previousAttempts(effects.journal, locked);
	const escalate_to = locked.escalate_to ?? undefined;
	const input = {
		incident,
		context,
		attempt: locked.attempt,
		previous_attempts,
		...(newest !== undefined && { evidence: newest }),
		...(escalate_to !== undefined && { escalate_to }),
		reruns: withUnable(known.reruns, unableToRerun(effects, others)),
	};
	const { decision, handed_over, over } = await decideWithHistory(effects, locked, input, earlier);
	const isRerun = decision.outcome === "spawn" && decision.rerun !== undefined && decision.autonomy.level !== "observe";
	const decided = decision.outcome === "spawn" ? whatDecided(decision, isRerun) : undefined;
	const now = effects.now();
	const found: Found = {
		explanation: await explain(effects.journal, locked, engine.version, decision.explanation, decided),
		context: JSON.stringify(summarizeContext(context)),
		// `healer backtest` decides the failure itself again, not what an agent left of it.
		...(newest === undefined && { facts: JSON.stringify(keptContext(context)) }),
	};
	const at = { pipeline: engine.version, now };
	if (decision.outcome === "filtered") {
		const reason = `filter ${decision.filter} refused it once its context was known`;
		return await cancelUndecided(effects, locked, { ...unattempted(engine, found, now), ...at, reason });
	}
	if (over !== undefined) return await endWithoutHandOver(effects, locked, over);

	if (isRerun && decision.rerun !== undefined) {
		const stored = { ...unattempted(engine, found, now), ...at };
		return await rerunFirst(effects, locked, { incident, decision, rerun: decision.rerun, found: stored });
	}

	const request = await spawnRequest(effects, locked, known.repository, decision);
	const red = redAtDecision(incident, context);
	const { autonomy } = decision;
	const joins = newest === undefined ? joinable(locked, groupRules(engine, locked.repository), autonomy) : undefined;
	const cause = newest === undefined ? causeOf(incident, context, decision) : undefined;
	const mayHaveNoAttempt = (joins !== undefined && cause) || others.length > 0;
	const dictionary = await engine.dictionary();
	const packed = await packDecision({ attempt: locked.attempt, request, ...found }, dictionary);
	const stored = await storeDecision(effects.journal, locked, {
		...at,
		searched: engine.searched,
		packed,
		dictionary,
		...(mayHaveNoAttempt && { unattempted: unattempted(engine, found, now, packed) }),
		incident,
		autonomy,
		agent: decision.agent,
		failure_type: decision.failure_type,
		rule: decision.rule,
		coderun_name: request.coderun.metadata.name,
		escalated: escalate_to === decision.agent && handed_over === undefined,
		failure_category: decision.failure_category,
		red_jobs: redJobs(newest ?? incident, context),
		...(handed_over !== undefined && { handed_over }),
		red: red === undefined ? null : JSON.stringify(red),
		others,
		...(cause !== undefined && { cause }),
		...(joins !== undefined && { joins }),
		locked_until: now + LOCK_MS,
		wire: request,
		held: await heldClaims(effects.journal, locked, now),
	});
	if (stored === undefined) return { state: "lock_lost" };
	if (stored.due.length > 0) await effects.wakeAll(stored.due);
	if (stored.isJoined) return { state: "grouped" };
	if (stored.isHeldBack) return heldBack(autonomy);
	const { attempt, gates } = stored;
	return { attempt, gates, locked: { ...locked, incident: JSON.stringify(incident) } };
}

/** While its jobs are run again, no agent is chosen. */
function whatDecided(
	{ because, fingerprint, whose_failure }: Decision & { readonly outcome: "spawn" },
	isRerun: boolean,
) {
	const found = { fingerprint, ...(whose_failure !== undefined && { whose_failure }) };
	return isRerun ? found : { because, ...found };
}

function heldBack({ level, rule }: Autonomy): Progress {
	const state = level === "observe" ? "observed" : "awaiting_approval";
	return { state, reason: `autonomy is ${level}, by ${rule}` };
}

/** Why nothing can be run again, whatever the rules say. */
function unableToRerun({ github }: Effects, others: SplitEvidence["others"]): string | undefined {
	if (github === undefined) return "no GitHub App is configured";
	return others.length > 0 ? "its run fails in several fields" : undefined;
}

function withUnable(reruns: RerunFacts, unable: string | undefined): RerunFacts {
	return unable === undefined ? reruns : { ...reruns, unable };
}

type Found = Pick<DecisionTexts, "explanation" | "context" | "facts">;

/** What a decision found, as an incident has it for which no attempt is stored. `packed`: the same for one, if that may be. */
function unattempted(
	{ version: pipeline, searched }: Engine,
	{ explanation, context, facts }: Found,
	now: number,
	packed?: PackedDecision,
): FoundByDecision {
	const kept = facts === undefined ? {} : { facts: { context: packJson(facts), pipeline, searched, now } };
	const whole = packed ? explanationAlone(explanation, packed.ofAttempt.stages) : packExplanation(explanation);
	return { explanation: whole, context, ...kept };
}

/** The body of `POST /v1/spawn` for the decision of one attempt (`wire/spawn.ts`). */
async function spawnRequest(
	effects: Effects,
	{ id, attempt, traceparent, repository: name }: LockedIncident,
	known: KnownRepository | undefined,
	decision: Decision & { readonly outcome: "spawn" },
): Promise<SpawnRequest> {
	const { metadata, spec } = decision.coderun;
	const trace = attemptTraceparent({ id, traceparent }, attempt);
	const repository = known ?? namedOnly(name);
	// In a directory CodeRuns wait for a person or a tool, however long that takes.
	const isWatched = effects.overdueAfterMs !== undefined;
	const { start_deadline_s } = outcomeFor(await effects.engine(), name);
	return {
		incident_id: id,
		attempt,
		agent: decision.agent,
		max_active: decision.max_active,
		deadline_s: decision.deadline_s,
		...(isWatched && start_deadline_s !== undefined && { start_deadline_s }),
		claims: decision.claims.map((claim) => ({
			name: claim.name,
			key: inKey(claim.key, name, repository),
			ttl_s: claim.ttl_s,
			while_active: claim.while_active,
		})),
		coderun: {
			metadata: {
				name: codeRunName(decision.agent, id, attempt),
				...metadata,
				annotations: { ...metadata.annotations, [TRACEPARENT_ANNOTATION]: trace },
			},
			spec: { ...spec, env: { ...(spec.env as object | undefined), [TRACEPARENT_VARIABLE]: trace } },
		},
	};
}
