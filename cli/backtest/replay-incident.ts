import { z } from "zod";
import { dataFrom } from "../../pipeline/context-data.ts";
import { type Artefact, type Context, decide, type Incident, type Pipeline } from "../../pipeline/index.ts";
import { rereadLog } from "../../pipeline/log/reread-log.ts";
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
		}),
	),
	searched: z.record(z.string(), z.array(z.string())),
	next: nullableText,
});

export type ExportPage = z.infer<typeof exportPage>;
type Exported = ExportPage["incidents"][number];

/** Decides an incident of the journal again. Undefined when the context of its decision was not stored. */
export async function replayIncident(
	artefact: Artefact,
	pipeline: Pipeline,
	exported: Exported,
	searched: ExportPage["searched"],
): Promise<Compared | undefined> {
	const { id, incident, context, status, agent, failure_type, rule } = exported;
	if (context === null) return undefined;
	const patterns = searched[exported.searched_by ?? ""] ?? [];
	const decision = await decide(pipeline, {
		incident,
		context: asGathered(artefact, pipeline, context, patterns),
		attempt: 1,
	});
	const before = { agent, failure_type, rule };
	const after = verdictOf(decision);
	const where = [incident.repository, incident.workflow?.name, incident.job].filter((part) => part).join(" / ");
	return { id, where, status, before, after, difference: differenceOf(before, after) };
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
