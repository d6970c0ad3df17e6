import type { FailedJob } from "../../pipeline/context.ts";
import { dataFrom } from "../../pipeline/context-data.ts";
import type { Incident, RunPart } from "../../pipeline/incident.ts";
import { contextOfJobs, incidentOfJobs, isOwnJob } from "../../pipeline/index.ts";
import { cleanText, TEXT_LIMITS } from "../../pipeline/stages/clean-text.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { openSplits, type SplitIncident, splitIdentity } from "../journal/split-incidents.ts";
import { isField } from "../remediation/hand-over.ts";
import type { Evidence } from "./gather-evidence.ts";
import { mayBeSplit } from "./may-be-split.ts";
import { type Progress, supersede } from "./waiting.ts";

/** What is left for the incident that was reported, and the incidents that the other fields of its run get. */
export interface SplitEvidence {
	readonly evidence: Evidence;
	readonly others: readonly SplitIncident[];
}

/**
 * Splits a run whose failed jobs belong to different fields, if the pipeline says so. The field of a job is the category of a
 * decision on that job alone. A job without a readable log, or of no field, stays with the incident that was reported.
 */
export async function splitByField(
	effects: Effects,
	locked: LockedIncident,
	evidence: Evidence,
): Promise<SplitEvidence | Progress> {
	const { incident, context } = evidence;
	if (locked.reopened > 0 && evidence.newest === undefined && incident.part === undefined) {
		return await withoutOpenSplits(effects, locked, evidence);
	}
	const engine = await effects.engine();
	if (!mayBeSplit(engine, locked, incident)) return { evidence, others: [] };

	const jobs = jobsIn(evidence);
	const fields = await fieldsOf(engine, evidence, jobs);
	const own = fieldOfFirst(incident, jobs, fields);
	const split = [...new Set(fields.values())].filter((field) => field !== own);
	const others = split.map((field): SplitIncident => {
		const { id, identity } = splitIdentity(locked.identity, field);
		const ofField = jobs.filter(({ name }) => fields.get(name) === field);
		const part = { only: namesOf(ofField), of: locked.id };
		const reason = `failed in the run of incident ${locked.id}, in another field: ${field}`;
		return { identity, reason, incident: { ...incidentOfJobs(incident, ofField, part), id } };
	});
	if (others.length === 0) return { evidence: { ...evidence, context: contextOfJobs(context, () => true) }, others };
	const except = namesOf(jobs.filter(({ name }) => split.includes(fields.get(name) ?? "")));
	return { evidence: restricted(evidence, { except }), others };
}

/** A failure that came back is the incident's that was reported, without what an open one of its run has already. */
async function withoutOpenSplits(
	effects: Effects,
	locked: LockedIncident,
	evidence: Evidence,
): Promise<SplitEvidence | Progress> {
	const open = await openSplits(effects.journal, locked);
	if (open.length === 0) return { evidence, others: [] };
	const except = open.flatMap(({ part }) => (part !== undefined && "only" in part ? part.only : []));
	const left = restricted(evidence, { except });
	const jobs = jobsIn(evidence);
	if (jobs.length === 0 || jobsIn(left).length > 0) return { evidence: left, others: [] };
	const owners = open.map(({ id }) => id).join(", ");
	return await supersede(effects, locked, `what failed again belongs to incident ${owners}`);
}

function restricted(evidence: Evidence, part: RunPart): Evidence {
	const isOwn = ({ name }: FailedJob) => isOwnJob({ part }, name);
	const own = jobsIn(evidence).filter(isOwn);
	return {
		...evidence,
		incident: incidentOfJobs(evidence.incident, own, part),
		context: contextOfJobs(evidence.context, isOwn),
	};
}

function jobsIn({ context }: Evidence): readonly FailedJob[] {
	return dataFrom(context, "github.job_logs")?.jobs ?? [];
}

function namesOf(jobs: readonly FailedJob[]): readonly string[] {
	return [...new Set(jobs.map(({ name }) => name))];
}

/** The field of each job whose log was read, by its name. */
async function fieldsOf(
	{ decide }: Pick<Engine, "decide">,
	{ incident, context }: Evidence,
	jobs: readonly FailedJob[],
): Promise<ReadonlyMap<string, string>> {
	const fields = new Map<string, string>();
	for (const job of jobs) {
		// Events report a name as it is cleaned: another one would never be found again.
		if (job.own === undefined || fields.has(job.name) || cleanText(job.name, TEXT_LIMITS.short) !== job.name) continue;
		const alone = { incident: incidentOfJobs(incident, [job]), context: contextOfJobs(context, (one) => one === job) };
		const decision = await decide({ ...alone, attempt: 1 });
		if (decision.outcome !== "spawn" || !isField(decision.failure_category)) continue;
		fields.set(job.name, decision.failure_category);
	}
	return fields;
}

/** The field that stays with the reported incident: that of the job that was reported first, else the first that is known. */
function fieldOfFirst(
	{ job }: Incident,
	jobs: readonly FailedJob[],
	fields: ReadonlyMap<string, string>,
): string | undefined {
	const known = [...(job === undefined ? [] : [job]), ...namesOf(jobs)];
	return known.map((name) => fields.get(name)).find((field) => field !== undefined);
}
