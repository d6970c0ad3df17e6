import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import { matchesGlob } from "../expression/glob.ts";
import { withQueuedPullRequest } from "../merge-queue.ts";
import type { Delivery } from "../reading.ts";
import type { Signal } from "../signal.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { envelopeOf, REPOSITORY } from "./envelope.ts";
import { shapeIncident } from "./incident-shape.ts";
import type { CompiledLifecycle, Pipeline } from "./load-pipeline.ts";
import { payloadScope } from "./payload-scope.ts";
import { firstTrue } from "./rule-verdicts.ts";

/** The signal about something that may be under remediation, with its explanation. */
export interface LifecycleReading {
	readonly signal?: Signal;
	/** Empty when no entry listens to the event. */
	readonly explanation: readonly StageExplanation[];
}

/** Reads a delivery with the first entry under `lifecycle` for its event whose `when` is true. */
export async function readLifecycle(pipeline: Pipeline, delivery: Delivery): Promise<LifecycleReading> {
	const entries = pipeline.lifecycle.get(delivery.event);
	if (entries === undefined) return { explanation: [] };
	const scope = payloadScope(pipeline, delivery);
	const { found: entry, verdicts } = await firstTrue(entries, scope);
	if (entry === undefined) return { explanation: explain(verdicts, "no entry's condition is true") };

	const { signal, refused, failed } = await readReport(pipeline, entry, scope, delivery);
	const outcome = signal === undefined ? `matches, but ${refused}` : `reports ${entry.reports}`;
	const explanation = explain([...verdicts, ...failed], `${entry.name} ${outcome}`);
	return { ...(signal !== undefined && { signal }), explanation };
}

/** The signal alone: nobody reads why a delivery gave one unless they ask for it. */
export async function readSignal(pipeline: Pipeline, delivery: Delivery): Promise<Signal | undefined> {
	const entries = pipeline.lifecycle.get(delivery.event);
	if (entries === undefined) return undefined;
	const scope = payloadScope(pipeline, delivery);
	for (const entry of entries) {
		const judging = entry.condition?.verdict(scope) ?? "true";
		const verdict = judging instanceof Promise ? await judging : judging;
		if (verdict === "true") return (await readReport(pipeline, entry, scope, delivery)).signal;
	}
	return undefined;
}

interface Report {
	readonly signal?: Signal;
	/** Why there is no signal, as a clause. */
	readonly refused?: string;
	readonly failed: readonly RuleVerdict[];
}

async function readReport(
	pipeline: Pipeline,
	entry: CompiledLifecycle,
	scope: Scope,
	{ delivery_id }: Delivery,
): Promise<Report> {
	const { value, failed } = await evaluateMapping(entry.about, scope, "of");
	const fields = { ...envelopeOf(scope.input), ...shapeIncident(value) };
	const { repository } = fields;
	if (repository === undefined || !REPOSITORY.test(repository)) {
		return { refused: "the payload names no repository", failed };
	}
	if (!matchesGlob(repository, pipeline.settings.repositories)) {
		return { refused: `${repository} is not in settings.repositories`, failed };
	}
	const about = withQueuedPullRequest({ ...fields, repository });
	return { signal: { ...about, reports: entry.reports, event: entry.name, delivery_id }, failed };
}

function explain(rules: readonly RuleVerdict[], outcome: string): readonly StageExplanation[] {
	return [{ stage: "lifecycle", round: "first", rules, outcome }];
}
