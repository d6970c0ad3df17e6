import {
	type Artefact,
	type Incident,
	loadPipeline,
	type Pipeline,
	readDelivery,
	readLogText,
	type StageExplanation,
	sharedCause,
} from "../../pipeline/index.ts";
import { groupFor } from "../../pipeline/overrides.ts";
import { caseContext, unknownParts } from "./case-context.ts";
import type { PipelineCase } from "./case-file.ts";
import type { CaseOutcome } from "./compare-outcome.ts";
import { compareOutcome } from "./compare-outcome.ts";
import { decideKnowing } from "./decide-knowing.ts";
import { compact, incidentOfCase } from "./incident-of-case.ts";

/** Receives the stages' results for a case. */
type Note = (stages: readonly StageExplanation[]) => void;

/** Runs one case through the real pipeline. Returns the differences, one line each; empty when the case passes. */
export async function runCase(
	artefact: Artefact,
	pipeline: Pipeline,
	given: PipelineCase,
	note: Note = () => undefined,
): Promise<string[]> {
	const unknown = unknownParts(artefact, given.context ?? {});
	if (unknown.length > 0) {
		const known = artefact.context.map(({ name }) => name).join(", ");
		return [`context: the pipeline does not gather ${unknown.join(", ")}, only ${known}`];
	}
	if (given.settings === undefined)
		return compareOutcome(given.expect, await outcomeOf(artefact, pipeline, given, note));
	const changed = { ...artefact, settings: Object.assign({}, artefact.settings, given.settings) };
	return compareOutcome(given.expect, await outcomeOf(changed, loadPipeline(changed), given, note));
}

async function outcomeOf(
	artefact: Artefact,
	pipeline: Pipeline,
	given: PipelineCase,
	note: Note,
): Promise<CaseOutcome> {
	if (given.event === undefined) {
		// `null` removes a field, as in `change`.
		const incident = compact({ ...incidentOfCase(artefact, {}), ...given.incident }) as Incident;
		return await decided(artefact, pipeline, given, { incident }, note);
	}
	const delivery = { event: given.event, delivery_id: "case", payload: given.payload };
	const reading = await readDelivery(pipeline, delivery);
	note(reading.explanation);
	if (reading.outcome === "ignored") {
		const { reason } = reading;
		return { ignored: reason.kind, ...(reason.kind === "filtered" && { filter: reason.filter }) };
	}
	if (reading.outcome === "command") return { command: reading.command };
	const { incident, identity } = reading;
	return await decided(artefact, pipeline, given, { incident, identity }, note);
}

async function decided(
	artefact: Artefact,
	pipeline: Pipeline,
	given: PipelineCase,
	known: { readonly incident: Incident; readonly identity?: string },
	note: Note,
): Promise<CaseOutcome> {
	const log = given.log === undefined ? undefined : readLogText(pipeline.logSearch, given.log);
	const { changed_files, commit_message, branch_state } = given;
	const context = caseContext(artefact, { log, changed_files, commit_message }, given.context);
	const incident = { ...known.incident, ...(branch_state !== undefined && { branch_state }) };
	const decision = await decideKnowing(pipeline, { incident, context, attempt: 1 }, given);
	note(decision.explanation);
	if (decision.outcome === "filtered") return { ...known, filter: decision.filter };
	const group = groupFor(artefact, incident.repository);
	const isGrouped = group !== undefined && group.scope !== "off";
	return { ...known, decision, cause: isGrouped ? (sharedCause(incident, decision)?.text ?? null) : null };
}
