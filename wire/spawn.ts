import * as z from "zod";
import { DAY_S } from "./durations.ts";
import { MAX_DEPTH } from "./limits.ts";
import { agentSchema, attemptSchema, incidentIdSchema, objectNameSchema } from "./names.ts";

/**
 * One key to claim for the incident. `ttl_s` is in seconds. `while_active`: the claim also holds while its CodeRun is
 * unfinished.
 */
const claimSchema = z.strictObject({
	name: z.string().min(1).max(63),
	key: z.string().min(1).max(8192),
	ttl_s: z
		.int()
		.min(1)
		.max(30 * DAY_S),
	while_active: z.boolean(),
});

const texts = z.record(z.string().min(1).max(317), z.string());

/** The CodeRun to create. Its name is `codeRunName(agent, incident_id, attempt)`; the relay compares. */
const codeRunSchema = z.strictObject({
	metadata: z.strictObject({ name: objectNameSchema, namespace: objectNameSchema, labels: texts, annotations: texts }),
	spec: z.record(z.string(), z.unknown()).refine(isShallow, { error: `nested deeper than ${MAX_DEPTH}` }),
});

/** Body of `POST /v1/spawn`: the complete decision about one attempt. */
export const spawnRequestSchema = z.strictObject({
	incident_id: incidentIdSchema,
	attempt: attemptSchema,
	agent: agentSchema,
	/** Limit on this agent's unfinished CodeRuns; 0 is no limit. */
	max_active: z.int().min(0).max(100_000),
	/** Time limit of the attempt in seconds; the relay ends what exceeds it. Absent: the relay's own setting, if any. */
	deadline_s: z
		.int()
		.min(1)
		.max(30 * DAY_S)
		.optional(),
	/**
	 * How long the CodeRun may have no phase, in seconds; the relay ends one that no controller started. Absent: without limit, as
	 * in a directory, where CodeRuns wait for a person or a tool.
	 */
	start_deadline_s: z.int().min(1).max(DAY_S).optional(),
	claims: z.array(claimSchema).max(32),
	coderun: codeRunSchema,
});

/** Why the relay, as currently configured, refuses a spawn request. */
const REFUSED_REASONS = [
	"earlier_attempt",
	"wrong_name",
	"name_taken",
	"namespace_not_allowed",
	"repository_not_allowed",
	"github_app_not_allowed",
	"invalid_coderun",
] as const;

/**
 * Answer to `POST /v1/spawn`. `held`: another incident, or an earlier attempt of this one, holds a claim; `until` is
 * ISO 8601, or null when only the end of the CodeRun releases it. `refused`: these bytes are not accepted, and this
 * attempt has no CodeRun. Parsed loosely: fields of a newer relay are dropped.
 */
export const spawnResultSchema = z.discriminatedUnion("result", [
	z.object({ result: z.literal("created"), coderun_name: z.string() }),
	z.object({ result: z.literal("exists"), coderun_name: z.string() }),
	z.object({
		result: z.literal("held"),
		/** The incident that holds the claim. */
		by: z.string(),
		/** The claim's name in the request; `incident` for the incident's own id. */
		claim: z.string(),
		coderun_name: z.string(),
		until: z.string().nullable(),
	}),
	z.object({
		result: z.literal("busy"),
		agent: z.string(),
		active: z.int(),
		/** The relay's own setting that says so; absent: the request's `max_active`. */
		limit: z.string().max(63).optional(),
		/** When the limit allows the next one, ISO 8601; absent: once a CodeRun ends. */
		until: z.string().max(63).optional(),
	}),
	z.object({ result: z.literal("refused"), reason: z.enum(REFUSED_REASONS), detail: z.string() }),
]);

/**
 * A result of a newer relay that this worker does not know, such as `result "queued"`; undefined for any other answer.
 * Shows only names.
 */
export function unknownResult(answer: unknown): string | undefined {
	const { result, reason } = z.object({ result: nameSchema, reason: nameSchema }).safeParse(answer).data ?? {};
	if (result === undefined) return undefined;
	if (!spawnResultSchema.options.some(({ shape }) => shape.result.value === result)) return `result "${result}"`;
	const isKnown = result !== "refused" || REFUSED_REASONS.some((known) => known === reason);
	return isKnown || reason === undefined ? undefined : `refused for "${reason}"`;
}

const nameSchema = z
	.string()
	.regex(/^[a-z][a-z0-9_]{0,62}$/)
	.optional()
	.catch(undefined);

export type WireClaim = z.infer<typeof claimSchema>;
export type SpawnRequest = z.infer<typeof spawnRequestSchema>;
export type RefusedReason = (typeof REFUSED_REASONS)[number];
export type SpawnResult = z.infer<typeof spawnResultSchema>;

/** Iterative: a signed body may still be nested 100,000 deep. */
function isShallow(tree: unknown): boolean {
	const open: { value: unknown; depth: number }[] = [{ value: tree, depth: 1 }];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (next.depth > MAX_DEPTH) return false;
		if (typeof next.value !== "object" || next.value === null) continue;
		for (const value of Object.values(next.value)) open.push({ value, depth: next.depth + 1 });
	}
	return true;
}
