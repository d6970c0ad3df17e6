import type { IRequest } from "itty-router";
import type { IncidentKind } from "../../pipeline/incident.ts";
import { becauseSentence, printable, renderStages, whoseSentence } from "../../pipeline/index.ts";
import { currentEngine } from "../engine.ts";
import type { Env } from "../env.ts";
import { webAddressOf } from "../github/web-address.ts";
import { errorResponse, taggedResponse, textResponse } from "../http/responses.ts";
import { type DeliveryRow, type ShownRows, showIncident, type TransitionRow } from "../journal/incident-list.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { type FoundTexts, readFound } from "../journal/packed-decision.ts";
import { placeInLine } from "../journal/queue-line.ts";
import type { RerunRow } from "../journal/reruns.ts";
import { readStored } from "../journal/stored-json.ts";
import { createLog } from "../log.ts";
import { systemClock } from "../runtime/clock.ts";
import { incidentTrace } from "../runtime/trace.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import { presentAttempt, presentTitled } from "./present-incident.ts";
import { presentQueue } from "./present-queue.ts";
import type { IncidentDetail, ShownDelivery, ShownRerun, ShownStep } from "./shapes.ts";

/**
 * `GET /api/incidents/{id}`: the list's fields, and explanation, context, attempts, deliveries and timeline. A client that
 * accepts `text/plain` gets the explanation as `healer explain` prints it.
 */
export async function showIncidentApi(request: IRequest & Request, env: Env): Promise<Response> {
	const shown = await showIncident(env.JOURNAL, String(request.params.id));
	if (shown === undefined) return errorResponse(404, "no such incident");
	const { incident: row } = shown;
	const found = await readFound(env.JOURNAL, row, shown.decided);
	const explanation = explanationOf(found);
	if (/^text\/plain\b/.test(request.headers.get("accept") ?? "")) {
		const sentences = [verdictOf(explanation), whoseOf(explanation)].filter((sentence) => sentence !== null);
		return textResponse([
			`pipeline ${explanation.pipeline ?? row.pipeline}`,
			...sentences.map(printable),
			...renderStages(explanation.stages),
			"",
		]);
	}
	const { agents } = await currentEngine(env, systemClock.now(), createLog({ incident_id: row.id }));
	const web = webAddressOf(env.GITHUB_API_URL);
	return await taggedResponse(request, {
		...(await presentDetail(env.JOURNAL, shown, { explanation, context: found.context }, web)),
		queue: presentQueue(await placeInLine(env.JOURNAL, row), row.repository),
		agents,
	} satisfies IncidentDetail);
}

/** A damaged explanation is replaced by one that says so. */
function explanationOf(found: FoundTexts): IncidentDetail["explanation"] {
	const read = readStored("incidents.explanation", found.explanation);
	return read.ok ? read.value : { stages: [{ stage: "events", round: "first", rules: [], outcome: read.problem }] };
}

function verdictOf({ because }: IncidentDetail["explanation"]): string | null {
	return because === undefined ? null : becauseSentence(because);
}

function whoseOf({ whose_failure }: IncidentDetail["explanation"]): string | null {
	return whose_failure === undefined ? null : whoseSentence(whose_failure);
}

/** A damaged incident is replaced by what the row's own columns contain. */
function incidentOf(row: IncidentRow): IncidentDetail["incident"] {
	const read = readStored("incidents.incident", row.incident);
	if (read.ok) return read.value;
	const { id, event, repository } = row;
	return { id, kind: row.kind as IncidentKind, event, delivery_id: "", repository, evidence: read.problem };
}

async function presentDetail(
	db: D1Database,
	{ incident: row, ...rest }: ShownRows,
	{ explanation, context: summary }: Pick<IncidentDetail, "explanation"> & Pick<FoundTexts, "context">,
	web: string,
): Promise<Omit<IncidentDetail, "agents" | "queue">> {
	const context = summary === null ? undefined : readStored("incidents.context", summary);
	return {
		...presentTitled({ ...row, members: rest.members.count }),
		kind: row.kind,
		repository_url: `${web}/${row.repository}`,
		next_try_at: isoOrNull(row.next_try_at),
		ended_at: isoOrNull(row.ended_at),
		fixed_by: row.fixed_by,
		escalation_url: row.escalation_url,
		pipeline: row.pipeline,
		trace_id: incidentTrace(row).trace_id,
		identity: row.identity,
		incident: incidentOf(row),
		verdict: verdictOf(explanation),
		whose_failure: whoseOf(explanation),
		explanation,
		context: context?.ok ? (context.value as IncidentDetail["context"]) : null,
		reruns: rest.reruns.map(presentRerun),
		attempts: await Promise.all(rest.attempts.map((attempt) => presentAttempt(db, attempt))),
		deliveries: rest.deliveries.map(presentDelivery),
		timeline: rest.timeline.map(presentStep),
		first_members: rest.members.first.map((member) => ({ ...member, created_at: isoOf(member.created_at) })),
		leader: rest.leader ?? null,
	};
}

function presentDelivery({ received_at, ...row }: DeliveryRow): ShownDelivery {
	return { ...row, received_at: isoOf(received_at) };
}

function presentRerun({ run_attempt, rule, planned_at, requested_at, result, why, ended_at }: RerunRow): ShownRerun {
	const times = { planned_at: isoOf(planned_at), requested_at: isoOrNull(requested_at), ended_at: isoOrNull(ended_at) };
	return { run_attempt, rule, result, why, ...times };
}

function presentStep(row: TransitionRow): ShownStep {
	const { attempt, event, reason, from_status: from, to_status: to } = row;
	return { at: isoOf(row.at), attempt, event, from, to, reason };
}
