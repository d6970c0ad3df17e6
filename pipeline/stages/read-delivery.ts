import { canonicalJson } from "../artefact-version.ts";
import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import { makeKey } from "../expression/key.ts";
import { readPath } from "../expression/read-path.ts";
import { sha256Hex } from "../expression/sha256-hex.ts";
import type { Incident } from "../incident.ts";
import { withQueuedPullRequest } from "../merge-queue.ts";
import type { Delivery, IgnoredReason, Reading } from "../reading.ts";
import { applyFilters } from "./apply-filters.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { envelopeOf, REPOSITORY } from "./envelope.ts";
import { factsOf } from "./incident-facts.ts";
import { incidentId } from "./incident-id.ts";
import { shapeIncident } from "./incident-shape.ts";
import type { CompiledEvent, Pipeline } from "./load-pipeline.ts";
import { payloadScope } from "./payload-scope.ts";
import { type Filtered, readCommand } from "./read-command.ts";
import { firstTrue } from "./rule-verdicts.ts";

/**
 * Reads a delivery: the first entry of its event whose `when` is true maps it to an incident, then the filters run for
 * the first time. Never throws on any payload: a missing field, or one of another type, is absent.
 */
export async function readDelivery(pipeline: Pipeline, delivery: Delivery): Promise<Reading> {
	const { event } = delivery;
	const entries = pipeline.events.get(event);
	if (entries === undefined) return ignored(notMatched(pipeline, delivery), [], "no entry listens to this event");

	const scope = payloadScope(pipeline, delivery);
	const { found: entry, verdicts } = await firstTrue(entries, scope);
	if (entry === undefined) return ignored(notMatched(pipeline, delivery), verdicts, "no entry's condition is true");

	const { value, failed } = await evaluateMapping(entry.incident, scope, "incident");
	const fields = { ...envelopeOf(scope.input), ...shapeIncident(value) };
	const rules = [...verdicts, ...failed];
	const { repository } = fields;
	if (repository === undefined || !REPOSITORY.test(repository)) {
		return ignored(
			{ kind: "no_repository", event },
			rules,
			`${entry.name} matches, but the payload names no repository`,
		);
	}

	const identity = await identityOf(entry, scope, repository);
	if (identity.text === undefined) {
		const reason = { kind: "no_identity", event, missing: identity.missing } as const;
		return ignored(reason, [...rules, ...identity.failed], `${entry.name} matches, but its identity is unknown`);
	}
	const incident: Incident = {
		id: incidentId(identity.text),
		kind: entry.kind === "command" ? "manual" : entry.kind,
		event: entry.name,
		delivery_id: delivery.delivery_id,
		...withQueuedPullRequest({ ...fields, repository }),
	};
	const reading = await filterIncident(
		pipeline.forRepository(repository),
		incident,
		identity.text,
		explain(rules, `${entry.name} takes it`),
	);
	// Whatever the entry calls it: nobody's comment is an incident before its author's right is known.
	const isCommand = entry.kind === "command" || incident.command?.comment_id !== undefined;
	return isCommand ? readCommand(reading) : reading;
}

async function filterIncident(
	pipeline: Pipeline,
	incident: Incident,
	identity: string,
	events: StageExplanation,
): Promise<Filtered> {
	const scope: Scope = {
		input: incident,
		variables: { settings: pipeline.settings },
		facts: factsOf(pipeline, incident),
	};
	const { refusedBy, explanation } = await applyFilters(pipeline, scope, "first");
	const stages = [events, explanation];
	if (refusedBy === undefined) return { outcome: "incident", incident, identity, explanation: stages };
	return { outcome: "ignored", reason: { kind: "filtered", filter: refusedBy }, incident, explanation: stages };
}

interface Identity {
	readonly text?: string;
	readonly missing: readonly string[];
	readonly failed: readonly RuleVerdict[];
}

async function identityOf(
	{ name, kind, identity }: CompiledEvent,
	scope: Scope,
	repository: string,
): Promise<Identity> {
	if (identity === undefined) return payloadIdentity(name, scope.input, repository);
	const evaluating = identity.evaluate(scope);
	const evaluation = evaluating instanceof Promise ? await evaluating : evaluating;
	if (!evaluation.ok) {
		const { error } = evaluation;
		const clause = { text: identity.text, verdict: "unknown", error } as const;
		return { missing: identity.missing(scope), failed: [{ rule: "identity", verdict: "unknown", clause }] };
	}
	const { value } = evaluation;
	if (typeof value === "string" && value !== "") return { text: value, missing: [], failed: [] };
	// A controller reports each failure once: one without the usual fields must not be lost.
	if (kind === "play") return payloadIdentity(name, scope.input, repository);
	const missing = identity.missing(scope);
	const error = value === undefined ? "it returns nothing" : "it does not return a text";
	const clause = { text: identity.text, verdict: "unknown", missing, error } as const;
	return { missing, failed: [{ rule: "identity", verdict: "unknown", clause }] };
}

/** For internal events without an `identity`: equal payloads are the same incident (docs/pipeline.md#events). */
function payloadIdentity(name: string, payload: unknown, repository: string): Identity {
	const whole = canonicalJson(payload);
	if (whole === undefined) return { missing: ["a less deeply nested payload"], failed: [] };
	const text = makeKey([repository, "event", name, sha256Hex(whole)]);
	return { ...(text !== undefined && { text }), missing: [], failed: [] };
}

/** Why a delivery is ignored that no entry takes. */
export function notMatched(pipeline: Pipeline, { event, payload }: Delivery): IgnoredReason {
	if (!pipeline.events.has(event)) return { kind: "unknown_event", event: event.slice(0, 100) };
	const action = readPath(payload, ["action"]);
	return { kind: "not_matched", event, ...(typeof action === "string" && { action: action.slice(0, 100) }) };
}

function ignored(reason: IgnoredReason, rules: readonly RuleVerdict[], outcome: string): Reading {
	return { outcome: "ignored", reason, explanation: [explain(rules, outcome)] };
}

function explain(rules: readonly RuleVerdict[], outcome: string): StageExplanation {
	return { stage: "events", round: "first", rules, outcome };
}
