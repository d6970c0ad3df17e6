import type { Context } from "../../pipeline/context.ts";
import { dataFrom } from "../../pipeline/context-data.ts";
import type { Decision } from "../../pipeline/decision.ts";
import type { Explanation, StageExplanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { enrichIncident, evidenceIncident, redJobs } from "../../pipeline/index.ts";
import { codeRunName } from "../../wire/coderun-name.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { keptContext, summarizeContext } from "../context/context-summary.ts";
import { gatherContext, longestGathering } from "../context/gather-context.ts";
import type { Effects } from "../effects.ts";
import { type AttemptRow, newerHeads, previousAttempts } from "../journal/attempts.ts";
import { withKnownActor } from "../journal/checks.ts";
import { cancelIncident, keepFacts, storeDecision } from "../journal/decisions.ts";
import { loadDeliveries } from "../journal/deliveries.ts";
import { extendLock } from "../journal/incident-locks.ts";
import { endWait } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { inKey, knownRepository } from "../journal/repositories.ts";
import { takeStep } from "../journal/transitions.ts";
import { redAtDecision } from "../remediation/goal.ts";
import { ASKING_WHERE_MS, askWhere } from "./ask-where.ts";
import { checkPresses } from "./check-presses.ts";
import { decideByEvidence, type EvidenceDecision } from "./decide-by-evidence.ts";
import { earlierAttempts } from "./earlier-attempts.ts";
import { joinRun } from "./join-run.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";
import { newestFailure } from "./newest-failure.ts";
import { atNewerHead } from "./recheck/at-newer-head.ts";
import { deferForRateLimit, LOCK_MS, type Progress } from "./waiting.ts";

/** A stored decision, and the incident with what the decision learned about it. */
export interface Decided {
	readonly attempt: AttemptRow;
	readonly locked: LockedIncident;
}

/** Gathers context, decides once, and stores the decision with the bytes of every send. */
export async function decideAttempt(effects: Effects, locked: LockedIncident): Promise<Decided | Progress> {
	const engine = await effects.engine();
	const first: Incident = JSON.parse(locked.incident);
	const deliveries = newestFailure(first, await loadDeliveries(effects.journal, locked.id), locked.reopened_at);
	const checked = await checkPresses(effects, locked, first, deliveries);
	if ("state" in checked) return checked;
	if (checked.kind === "refused") {
		const explanation = JSON.stringify(explain(locked, engine.version, []));
		const found = { explanation, context: "{}", pipeline: engine.version, now: effects.now() };
		return await cancel(effects, locked, { ...found, reason: checked.why });
	}
	const merged = mergeDeliveries(checked.first, checked.deliveries);
	// The commit's run may have been delivered after its check.
	const reported = await joinRun(effects, locked, await withKnownActor(effects.journal, merged));
	if ("state" in reported) return reported;
	const known = atNewerHead(reported, (await newerHeads(effects.journal, locked)).at(-1));

	const earlier = await earlierAttempts(effects.journal, locked);
	const evidence = earlier.newest && evidenceIncident(known, earlier.newest);
	const about = evidence ?? known;
	const planned = await engine.plan(about);
	const until = effects.now() + LOCK_MS + longestGathering(planned) + ASKING_WHERE_MS;
	if (!(await extendLock(effects.journal, locked, until))) return { state: "lock_lost" };
	const sources = effects.sources({ incident: about, newLogReader: engine.newLogReader });
	const { context, deferred } = await gatherContext(planned, sources, effects.now);
	const waiting = deferred && (await deferForRateLimit(effects, locked, deferred));
	if (waiting !== undefined) return waiting;
	const passed = evidence === undefined ? await endPassedRun(effects, locked, known, context) : undefined;
	if (passed !== undefined) return passed;
	// The newest run is of a commit that an agent pushed: its actor and message are not those of the failure.
	const incident = await askWhere(effects, locked, evidence === undefined ? enrichIncident(known, context) : known);
	if ("state" in incident) return incident;
	const previous_attempts = await previousAttempts(effects.journal, locked);
	const escalate_to = locked.escalate_to ?? undefined;
	const input = {
		incident,
		context,
		attempt: locked.attempt,
		previous_attempts,
		...(evidence !== undefined && { evidence }),
		...(escalate_to !== undefined && { escalate_to }),
	};
	const { decision, handed_over, over } = await decideByEvidence(engine, input, earlier);
	// `healer backtest` decides the failure itself again, not what an agent left of it.
	if (evidence === undefined) {
		await keepFacts(effects.journal, locked, {
			context: JSON.stringify(keptContext(context)),
			pipeline: engine.version,
			searched: engine.searched,
			now: effects.now(),
		});
	}

	const found = {
		explanation: JSON.stringify(explain(locked, engine.version, decision.explanation)),
		context: JSON.stringify(summarizeContext(context)),
		pipeline: engine.version,
		now: effects.now(),
	};
	if (decision.outcome === "filtered") {
		const reason = `filter ${decision.filter} refused it once its context was known`;
		return await cancel(effects, locked, { ...found, reason });
	}

	if (over !== undefined) return await endWithoutHandOver(effects, locked, over);

	const repository = await knownRepository(effects.journal, { name: incident.repository }, effects.now());
	const claims = decision.claims.map((claim) => ({ ...claim, key: inKey(claim.key, incident.repository, repository) }));
	// In a directory CodeRuns wait for a person or a tool, however long that takes.
	const start_deadline_s = effects.overdueAfterMs === undefined ? undefined : engine.outcome.start_deadline_s;
	const request = {
		...spawnRequest({ ...decision, claims }, locked.id, locked.attempt),
		...(start_deadline_s !== undefined && { start_deadline_s }),
	};
	const red = redAtDecision(incident, context);
	const stored = await storeDecision(effects.journal, locked, {
		...found,
		incident,
		agent: decision.agent,
		failure_type: decision.failure_type,
		rule: decision.rule,
		coderun_name: request.coderun.metadata.name,
		request: JSON.stringify(request),
		escalated: escalate_to === decision.agent && handed_over === undefined,
		failure_category: decision.failure_category,
		red_jobs: redJobs(about, context),
		...(handed_over !== undefined && { handed_over }),
		red: red === undefined ? null : JSON.stringify(red),
	});
	if (stored === undefined) return { state: "lock_lost" };
	if (stored.due.length > 0) await effects.wakeAll(stored.due);
	return { attempt: stored.attempt, locked: { ...locked, incident: JSON.stringify(incident) } };
}

/**
 * Ends an incident whose run passed: the job that failed may fail (`continue-on-error`), or a rerun passed. While the run is
 * still going, agents start; its end says the same.
 */
async function endPassedRun(
	effects: Effects,
	locked: LockedIncident,
	{ kind, run_attempt = 1 }: Incident,
	context: Context,
): Promise<Progress | undefined> {
	const run = dataFrom(context, "github.run");
	if (kind !== "ci" || locked.attempt > 1 || run?.status !== "completed" || run.conclusion !== "success")
		return undefined;
	if ((run.attempt ?? 1) < run_attempt) return undefined;
	const how = (run.attempt ?? 1) > run_attempt ? "passed in a rerun" : "passed although a job of it failed";
	const reason = `run ${run.id} ${how}`;
	const ended = await endWait(effects.journal, locked, { event: "superseded", reason, now: effects.now() });
	return ended ? { state: "superseded", reason } : { state: "lock_lost" };
}

/** There was an attempt left for another field's agent alone, and what is red is none of another field. */
async function endWithoutHandOver(
	effects: Effects,
	locked: LockedIncident,
	{ do: end, why }: NonNullable<EvidenceDecision["over"]>,
): Promise<Progress> {
	const now = effects.now();
	const reason = `CI still fails after attempt ${locked.attempt - 1}; ${why}`;
	const isForPerson = end === "notify_human";
	const done = await takeStep(effects.journal, locked.id, {
		event: isForPerson ? "escalated" : "exhausted",
		reason,
		now,
		when: locked,
		set: {
			next_try_at: isForPerson ? now : null,
			...{ not_before: null, blocked_on: null, failing_since: null, tries: 0 },
		},
	});
	if (done !== "done") return { state: "lock_lost" };
	return isForPerson ? { state: "escalated" } : { state: "failed", reason };
}

async function cancel(
	effects: Effects,
	locked: LockedIncident,
	why: Parameters<typeof cancelIncident>[2],
): Promise<Progress> {
	const ended = await cancelIncident(effects.journal, locked, why);
	return ended ? { state: "cancelled", reason: why.reason } : { state: "lock_lost" };
}

/** The complete explanation: the stages of ingest, then the stages of this decision. */
function explain(locked: LockedIncident, version: string, again: readonly StageExplanation[]): Explanation {
	const before: Explanation = JSON.parse(locked.explanation);
	return { pipeline: version, stages: [...before.stages.filter(({ round }) => round === "first"), ...again] };
}

/** The body of `POST /v1/spawn` for the decision of one attempt (`wire/spawn.ts`). */
function spawnRequest(
	decision: Decision & { readonly outcome: "spawn" },
	incidentId: string,
	attempt: number,
): SpawnRequest {
	const { metadata, spec } = decision.coderun;
	return {
		incident_id: incidentId,
		attempt,
		agent: decision.agent,
		max_active: decision.max_active,
		deadline_s: decision.deadline_s,
		claims: decision.claims.map(({ name, key, ttl_s, while_active }) => ({ name, key, ttl_s, while_active })),
		coderun: { metadata: { name: codeRunName(decision.agent, incidentId, attempt), ...metadata }, spec: { ...spec } },
	};
}
