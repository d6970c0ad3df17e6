import * as z from "zod";
import { MAX_DEPTH } from "./limits.ts";
import { agentSchema, attemptSchema, incidentIdSchema, objectNameSchema } from "./names.ts";

/** One key to be claimed for the incident. `ttl_s` is in seconds; `while_active`: also while its CodeRun is unfinished. */
const claimSchema = z.strictObject({
	name: z.string().min(1).max(63),
	key: z.string().min(1).max(8192),
	ttl_s: z
		.int()
		.min(1)
		.max(30 * 24 * 3600),
	while_active: z.boolean(),
});

const texts = z.record(z.string().min(1).max(317), z.string());

/** The CodeRun as it shall be made. Its name is `codeRunName(agent, incident_id, attempt)`; the relay compares. */
const codeRunSchema = z.strictObject({
	metadata: z.strictObject({ name: objectNameSchema, namespace: objectNameSchema, labels: texts, annotations: texts }),
	spec: z.record(z.string(), z.unknown()).refine(isShallow, { error: `nested deeper than ${MAX_DEPTH}` }),
});

/** Body of `POST /v1/spawn`: everything that was decided about one attempt (DESIGN section 6). */
export const spawnRequestSchema = z.strictObject({
	incident_id: incidentIdSchema,
	attempt: attemptSchema,
	agent: agentSchema,
	/** Unfinished CodeRuns of this agent at once; 0 is no limit. */
	max_active: z.int().min(0).max(100_000),
	/** How long the attempt may take, in seconds; the relay ends what takes longer. Absent: its own setting, if any. */
	deadline_s: z
		.int()
		.min(1)
		.max(30 * 24 * 3600)
		.optional(),
	claims: z.array(claimSchema).max(32),
	coderun: codeRunSchema,
});

/** Why a spawn request is not fulfilled, as the relay is configured now. */
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
 * Answer to `POST /v1/spawn`. `held`: a claim is another incident's, or an earlier attempt's of this one; `until` is
 * ISO 8601, or null when only the CodeRun's end will free it. `refused`: these bytes are not taken, and this attempt has no
 * CodeRun. Read loosely: fields of a newer relay are dropped.
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
	z.object({ result: z.literal("busy"), agent: z.string(), active: z.int() }),
	z.object({ result: z.literal("refused"), reason: z.enum(REFUSED_REASONS), detail: z.string() }),
]);

/**
 * What a newer relay answered and this worker has no word for, such as `result "queued"`; undefined when the answer is
 * something else. Only names are shown.
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

/** Walks without recursion: a signed body may still be nested 100,000 deep. */
function isShallow(tree: unknown): boolean {
	const open: { value: unknown; depth: number }[] = [{ value: tree, depth: 1 }];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (next.depth > MAX_DEPTH) return false;
		if (typeof next.value !== "object" || next.value === null) continue;
		for (const value of Object.values(next.value)) open.push({ value, depth: next.depth + 1 });
	}
	return true;
}
