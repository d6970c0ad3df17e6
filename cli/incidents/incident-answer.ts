import * as z from "zod";

const text = z.string().nullable();

/** A row of `GET /api/incidents?with=title`, as far as the commands show it; what is more is kept for `--json`. */
export const listedIncident = z.looseObject({
	id: z.string(),
	status: z.string(),
	reason: text,
	repository: z.string(),
	branch: text,
	agent: text,
	failure_type: text,
	title: z.string(),
	part: text,
	pr_number: z.number().nullable(),
	// A worker without groups has neither.
	leader_id: text.default(null),
	members: z.number().default(0),
	created_at: z.string(),
	updated_at: z.string(),
});

export type ListedIncident = z.infer<typeof listedIncident>;

export const incidentPage = z.looseObject({ incidents: z.array(listedIncident), next: text });

/** `GET /api/incidents/{id}`. */
export const incidentDetail = listedIncident.extend({
	rule: text,
	coderun_name: text,
	attempt: z.number(),
	blocked_on: text,
	blocked_by: text,
	// An older worker says neither.
	blocked_since: text.default(null),
	queue: z.looseObject({ text: z.string() }).nullable().default(null),
	repository_url: z.string(),
	next_try_at: text,
	fixed_by: text,
	escalation_url: text,
	verdict: text,
	// A worker without verdicts on red checks does not have it.
	whose_failure: text.default(null),
	incident: z.looseObject({ url: z.string().optional(), head_sha: z.string().optional() }),
	explanation: z.looseObject({
		because: z.looseObject({ line: z.string().optional() }).optional(),
		fingerprint: z.looseObject({ text: z.string() }).nullish(),
		stages: z.array(z.looseObject({})),
	}),
	first_members: z
		.array(
			z.looseObject({
				id: z.string(),
				status: z.string(),
				repository: z.string(),
				branch: text,
				pr_number: z.number().nullable(),
			}),
		)
		.default([]),
	/** Absent in the answer of an older worker, as what follows. */
	leader: z.looseObject({ status: z.string(), branch: text, fixed_by: text, fix: z.number().nullable() }).nullish(),
	reruns: z.array(z.looseObject({ run_attempt: z.number(), result: text })).optional(),
	attempts: z.array(
		z.looseObject({
			attempt: z.number(),
			agent: z.string(),
			coderun_name: z.string(),
			outcome: text,
			result: text,
			pull_request_url: text,
			coderun: z.looseObject({ spec: z.record(z.string(), z.unknown()) }).nullish(),
		}),
	),
});

export type IncidentDetail = z.infer<typeof incidentDetail>;

/** Enough digits of an id to tell it from the others, nearly always. */
export const SHORT_ID = 12;
