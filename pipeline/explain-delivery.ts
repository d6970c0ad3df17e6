import { becauseSentence } from "./because.ts";
import type { Context } from "./context.ts";
import type { Decision } from "./decision.ts";
import type { StageExplanation } from "./explanation.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { givenContext, givenParts } from "./given-context.ts";
import { readLogText } from "./log/log-reader.ts";
import type { Reading } from "./reading.ts";
import { redactData } from "./redaction/redact-data.ts";
import { decide } from "./stages/decide.ts";
import type { Pipeline } from "./stages/load-pipeline.ts";
import { planContext, planRound } from "./stages/plan-context.ts";
import { readDelivery } from "./stages/read-delivery.ts";
import { readLifecycle } from "./stages/read-lifecycle.ts";
import { renderIgnored } from "./stages/render-ignored.ts";
import { whyIgnored } from "./stages/why-ignored.ts";

/** A delivery, and what else is known of it. */
export interface DeliveryQuestion {
	/** GitHub's `X-GitHub-Event`. */
	readonly event: string;
	readonly payload?: unknown;
	/** The text of the failed job's log. */
	readonly log?: string | undefined;
	readonly changed_files?: readonly string[] | undefined;
}

/** What a pipeline would decide about a delivery; null where there is none. */
export interface ExplainedDelivery {
	readonly pipeline: string;
	/** The result, in one sentence. */
	readonly verdict: string;
	/** The incident's id; null if it would be none. */
	readonly incident_id: string | null;
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	/** What identifies the cause. */
	readonly fingerprint: Fingerprint | null;
	readonly explanation: readonly StageExplanation[];
}

/** What the pipeline of this version would decide about a delivery, without secrets. Queries nothing. */
export async function explainDelivery(
	pipeline: Pipeline,
	version: string,
	asked: DeliveryQuestion,
): Promise<ExplainedDelivery> {
	return redactData(await explain(pipeline, version, asked));
}

async function explain(pipeline: Pipeline, version: string, asked: DeliveryQuestion): Promise<ExplainedDelivery> {
	const { event, payload } = asked;
	const delivery = { event, delivery_id: "explain", payload };
	const reading = await readDelivery(pipeline, delivery);
	const none = { pipeline: version, incident_id: null, agent: null, failure_type: null, rule: null, fingerprint: null };
	const lifecycle = await readLifecycle(pipeline, delivery);
	const explanation = [...reading.explanation, ...lifecycle.explanation];
	if (reading.outcome === "ignored") {
		const reason = renderIgnored(whyIgnored(reading.reason, delivery, lifecycle.signal));
		return { ...none, verdict: `ignored: ${reason}.`, explanation };
	}
	if (reading.outcome === "command") return { ...none, verdict: noIncident(reading), explanation };

	const { incident } = reading;
	const decision = await decide(pipeline, { incident, context: await given(pipeline, reading, asked), attempt: 1 });
	return {
		...none,
		...conclude(decision),
		incident_id: incident.id,
		explanation: [...explanation, ...decision.explanation],
	};
}

function noIncident({ command }: Extract<Reading, { outcome: "command" }>): string {
	const { name, author, pr_number } = command;
	return `no incident: the command ${name} of ${author} on pull request #${pr_number}.`;
}

function conclude(decision: Decision): Pick<ExplainedDelivery, "verdict"> & Partial<ExplainedDelivery> {
	if (decision.outcome === "filtered") {
		return { verdict: `filter ${decision.filter} refuses it once the context is known.` };
	}
	const { agent, failure_type, rule, because, fingerprint } = decision;
	return { verdict: `${becauseSentence(because)}.`, agent, failure_type, rule, fingerprint };
}

/** As in `healer explain`, but only for the planned sources: a hub would gather nothing else. */
async function given(
	pipeline: Pipeline,
	{ incident }: Extract<Reading, { outcome: "incident" }>,
	{ log, changed_files }: DeliveryQuestion,
): Promise<Context> {
	const parts = givenParts({
		log: log === undefined ? undefined : readLogText(pipeline.logSearch, log),
		changed_files,
	});
	let context = givenContext(await planContext(pipeline, incident), parts);
	for (let round = 1; round < pipeline.context.length; round++) {
		context = { ...context, ...givenContext(await planRound(pipeline, round, incident, context), parts) };
	}
	return context;
}
