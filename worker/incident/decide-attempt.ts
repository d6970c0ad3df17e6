import type { Explanation, StageExplanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { enrichIncident } from "../../pipeline/index.ts";
import { gatherContext, longestGathering } from "../context/gather-context.ts";
import { keptContext } from "../context/kept-context.ts";
import { summarizeContext } from "../context/summarize-context.ts";
import type { Effects } from "../effects.ts";
import type { AttemptRow } from "../journal/attempt-row.ts";
import { cancelIncident } from "../journal/cancel-incident.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { keepFacts } from "../journal/keep-facts.ts";
import { withKnownActor } from "../journal/known-actor.ts";
import { previousAttempts } from "../journal/previous-attempts.ts";
import { storeDecision } from "../journal/store-decision.ts";
import { holdIncident } from "../journal/take-incident.ts";
import { toldIncidents } from "../journal/told-incidents.ts";
import { deferIncident } from "./defer.ts";
import { HOLD_MS } from "./hold.ts";
import { mergeTold } from "./merge-told.ts";
import type { Progress } from "./progress.ts";
import { spawnRequest } from "./spawn-request.ts";

/** Gathers context, decides once, and stores the decision with the bytes that every send will send. */
export async function decideAttempt(effects: Effects, taken: TakenIncident): Promise<AttemptRow | Progress> {
	const engine = await effects.engine();
	const first: Incident = JSON.parse(taken.incident);
	const merged = mergeTold(first, await toldIncidents(effects.journal, taken.id));
	// The run of the commit may have been told of after its check.
	const told = await withKnownActor(effects.journal, merged);

	const planned = await engine.plan(told);
	const until = effects.now() + HOLD_MS + longestGathering(planned);
	if (!(await holdIncident(effects.journal, taken, until))) return { state: "lost" };
	const sources = effects.sources({ incident: told, newLogReader: engine.newLogReader });
	const { context, deferred } = await gatherContext(planned, sources, effects.now);
	const waiting = deferred && (await deferIncident(effects, taken, deferred));
	if (waiting !== undefined) return waiting;
	const incident = enrichIncident(told, context);
	const previous_attempts = await previousAttempts(effects.journal, taken);
	const escalate_to = taken.escalate_to ?? undefined;
	const decision = await engine.decide({
		incident,
		context,
		attempt: taken.attempt,
		previous_attempts,
		...(escalate_to !== undefined && { escalate_to }),
	});
	await keepFacts(effects.journal, taken, {
		context: JSON.stringify(keptContext(context)),
		pipeline: engine.version,
		searched: engine.searched,
		now: effects.now(),
	});

	const found = {
		explanation: JSON.stringify(explain(taken, engine.version, decision.explanation)),
		context: JSON.stringify(summarizeContext(context)),
		pipeline: engine.version,
		now: effects.now(),
	};
	if (decision.outcome === "filtered") {
		const reason = `filter ${decision.filter} refused it once more was known`;
		const ended = await cancelIncident(effects.journal, taken, { ...found, reason });
		return ended ? { state: "cancelled", reason } : { state: "lost" };
	}

	const request = spawnRequest(decision, taken.id, taken.attempt);
	const stored = await storeDecision(effects.journal, taken, {
		...found,
		incident,
		agent: decision.agent,
		failure_type: decision.failure_type,
		rule: decision.rule,
		coderun_name: request.coderun.metadata.name,
		request: JSON.stringify(request),
		escalated: escalate_to === decision.agent,
	});
	return stored ?? { state: "lost" };
}

/** The whole explanation: what was said at ingest stays, what was found now follows. */
function explain(taken: TakenIncident, version: string, again: readonly StageExplanation[]): Explanation {
	const before: Explanation = JSON.parse(taken.explanation);
	return { pipeline: version, stages: [...before.stages.filter(({ round }) => round === "first"), ...again] };
}
