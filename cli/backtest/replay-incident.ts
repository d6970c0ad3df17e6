import * as z from "zod";
import { dataFrom } from "../../pipeline/context-data.ts";
import {
	type Artefact,
	type Context,
	type DecideInput,
	type Decision,
	decide,
	type Incident,
	type Pipeline,
	sharedCause,
} from "../../pipeline/index.ts";
import { rereadLog } from "../../pipeline/log/reread-log.ts";
import { groupFor } from "../../pipeline/overrides.ts";
import type { Occurrence } from "./agents-woken.ts";
import { type Compared, differenceOf, verdictOf } from "./verdict.ts";

const nullableText = z.string().nullable();

/** The answer of `GET /api/export`. The incident and its context are the worker's own data, unchanged. */
export const exportPage = z.object({
	incidents: z.array(
		z.object({
			id: z.string(),
			status: z.string(),
			incident: z.custom<Incident>((value) => typeof value === "object" && value !== null && "repository" in value),
			agent: nullableText,
			failure_type: nullableText,
			rule: nullableText,
			context: z.custom<Context>((value) => typeof value === "object" && value !== null).nullable(),
			searched_by: nullableText,
			pipeline: z.string(),
			// An older worker does not say all of these.
			created_at: nullableText.default(null),
			ended_at: nullableText.default(null),
			leader_id: nullableText.default(null),
			fixed_by: nullableText.default(null),
		}),
	),
	searched: z.record(z.string(), z.array(z.string())),
	next: nullableText,
});

export type ExportPage = z.infer<typeof exportPage>;
type Exported = ExportPage["incidents"][number];

/** One incident with the old and the new decision. */
export interface Replayed {
	readonly compared: Compared;
	/** Absent if a filter refuses it, or nobody knows when it began. */
	readonly occurrence?: Occurrence;
}

/** Decides an incident of the journal again. Undefined when the context of its decision was not stored. */
export async function replayIncident(
	artefact: Artefact,
	pipeline: Pipeline,
	exported: Exported,
	searched: ExportPage["searched"],
): Promise<Replayed | undefined> {
	const { id, incident, context, status, failure_type, rule } = exported;
	if (context === null) return undefined;
	const patterns = searched[exported.searched_by ?? ""] ?? [];
	const input = { incident, context: asGathered(artefact, pipeline, context, patterns), attempt: 1 };
	const decision = await decide(pipeline, input);
	const after = verdictOf(decision);
	const before = wasTaken(exported) ? { agent: exported.agent, failure_type, rule } : { ...after, failure_type };
	const where = [incident.repository, incident.workflow?.name, incident.job].filter((part) => part).join(" / ");
	const compared = { id, where, status, before, after, difference: differenceOf(before, after) };
	const occurrence =
		decision.outcome === "spawn"
			? occurrenceOf(
					exported,
					decision,
					groupFor(artefact, incident.repository),
					await rerunOf(pipeline, input, decision),
				)
			: undefined;
	return { compared, ...(occurrence !== undefined && { occurrence }) };
}

/** Of a member, and of what was run again first and has no agent, none was chosen: what failed is compared. */
function wasTaken({ leader_id, agent, status, fixed_by }: Exported): boolean {
	return leader_id === null && (agent !== null || (status !== "rerunning" && fixed_by !== "rerun"));
}

/** Whether its jobs are run again first, by a policy that may ask the flake ledger. */
async function rerunOf(
	pipeline: Pipeline,
	input: DecideInput,
	{ rerun, fingerprint }: Chosen,
): Promise<Occurrence["rerun"]> {
	if (rerun !== undefined) return "yes";
	if (fingerprint === null) return "no";
	const asFlake = await decide(pipeline, { ...input, reruns: { flakes: [fingerprint.key], earlier: [] } });
	return asFlake.outcome === "spawn" && asFlake.rerun !== undefined ? "if_flaky" : "no";
}

type Chosen = Decision & { readonly outcome: "spawn" };

function occurrenceOf(
	{ incident, created_at, ended_at, fixed_by }: Exported,
	decision: Chosen,
	group: Occurrence["group"],
	rerun: Occurrence["rerun"],
): Occurrence | undefined {
	if (created_at === null) return undefined;
	return {
		repository: incident.repository,
		cause: sharedCause(incident, decision)?.key ?? null,
		flake: decision.fingerprint?.key ?? null,
		rerun,
		has_passed_again: fixed_by === "rerun",
		group,
		began_at: Date.parse(created_at),
		ended_at: ended_at === null ? null : Date.parse(ended_at),
	};
}

/** The context parts under the names of this pipeline, with logs read as its patterns would have read them. */
export function asGathered(
	artefact: Artefact,
	pipeline: Pipeline,
	kept: Context,
	searched: readonly string[],
): Context {
	const names = new Map<string, string>(artefact.context.map(({ name, from }) => [from, name]));
	const reading = dataFrom(kept, "github.job_logs")?.reading;
	return Object.fromEntries(
		Object.entries(kept).map(([name, part]) => {
			const called = names.get(part.from) ?? name;
			if (part.from !== "github.job_logs" || part.status !== "ok" || reading === undefined) return [called, part];
			const data = { ...dataFrom(kept, "github.job_logs"), reading: rereadLog(pipeline.logSearch, reading, searched) };
			return [called, { ...part, data }];
		}),
	);
}
