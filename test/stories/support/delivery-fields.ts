import * as z from "zod";

/** Whoever caused what a story does not say more about. */
export const DEVELOPER = "a-developer";

/** Fields that every delivery may have. */
const common = {
	action: z.string().optional(),
	/** The login of whoever caused it; a bot's ends in `[bot]`. */
	by: z.string().default(DEVELOPER),
	/** When it happened, in minutes after it is delivered: `-10` is ten minutes ago. */
	at: z.number().optional(),
};

export const jobFields = z.strictObject({
	job: z.string(),
	conclusion: z.string().default("failure"),
	/** The steps that failed. */
	failed: z.array(z.string()).optional(),
	/** What the failed step printed. */
	log: z.string().optional(),
});
export type JobFields = z.infer<typeof jobFields>;

export const runFields = z.strictObject({
	...common,
	run: z.number(),
	attempt: z.number().default(1),
	workflow: z.string().default("CI"),
	path: z.string().default(".github/workflows/ci.yml"),
	workflow_id: z.number().default(500),
	event: z.string().default("push"),
	status: z.string().default("completed"),
	conclusion: z.string().nullable().default("failure"),
	branch: z.string(),
	sha: z.string().default("a"),
	message: z.string().default("feat: x"),
	/** The branch's repository, if it is another one; null: it was deleted. */
	fork: z.string().nullable().optional(),
	pulls: z.array(z.number()).default([]),
	/** What GitHub's API shows of its jobs. */
	jobs: z.array(jobFields).optional(),
});
export type RunFields = z.infer<typeof runFields>;

const checkFields = z.strictObject({
	...common,
	id: z.number().default(7001),
	name: z.string().default("lint"),
	app: z.string().default("octocoders-linter"),
	conclusion: z.string().nullable().default("failure"),
	branch: z.string().nullable(),
	sha: z.string().default("a"),
	/** The run of GitHub Actions that made it. */
	run: z.number().optional(),
	title: z.string().optional(),
	summary: z.string().optional(),
	text: z.string().optional(),
	pulls: z.array(z.number()).default([]),
	/** Of a `requested_action`: the button's identifier. */
	button: z.string().optional(),
});
export type CheckFields = z.infer<typeof checkFields>;

const pullRequestFields = {
	...common,
	pull: z.number(),
	branch: z.string(),
	sha: z.string().default("a"),
	base: z.string().default("main"),
	fork: z.string().nullable().optional(),
};

const lineComment = z.strictObject({ path: z.string(), line: z.number(), body: z.string() });

const EVENTS = {
	workflow_run: runFields,
	workflow_job: z.strictObject({
		...common,
		...jobFields.shape,
		run: z.number(),
		attempt: z.number().default(1),
		workflow: z.string().default("CI"),
		branch: z.string().nullable(),
		sha: z.string().default("a"),
	}),
	check_run: checkFields,
	check_suite: checkFields.omit({ name: true, run: true, title: true, summary: true, text: true, button: true }),
	status: z.strictObject({
		...common,
		context: z.string(),
		state: z.string().default("failure"),
		branch: z.string(),
		sha: z.string().default("a"),
		description: z.string().optional(),
	}),
	pull_request: z.strictObject({
		...pullRequestFields,
		merged: z.boolean().default(false),
		mergeable_state: z.string().default("clean"),
	}),
	pull_request_review: z.strictObject({
		...pullRequestFields,
		review: z.number().default(8001),
		state: z.string().default("changes_requested"),
		body: z.string().nullable().default(null),
		/** What GitHub's API shows of its comments on lines. */
		comments: z.array(lineComment).default([]),
	}),
	issue_comment: z.strictObject({ ...common, pull: z.number(), comment: z.number().default(9001), body: z.string() }),
	push: z.strictObject({
		...common,
		branch: z.string(),
		sha: z.string().default("a"),
		message: z.string().default("feat: x"),
	}),
	dependabot_alert: z.strictObject({
		...common,
		number: z.number().default(1),
		package: z.string().default("semver"),
		severity: z.string().default("medium"),
	}),
	secret_scanning_alert: z.strictObject({ ...common, number: z.number().default(1) }),
	code_scanning_alert: z.strictObject({
		...common,
		number: z.number().default(1),
		branch: z.string().default("main"),
		sha: z.string().default("a"),
	}),
	merge_group: z.strictObject({ ...common, branch: z.string(), sha: z.string().default("a") }),
	play_stage_failure: z.strictObject({
		at: z.number().optional(),
		play: z.string(),
		stage: z.string(),
		branch: z.string(),
		error: z.string().default("the stage failed"),
		attempt: z.number().optional(),
	}),
} as const;

export type EventName = keyof typeof EVENTS;
export type FieldsOf<E extends EventName> = z.infer<(typeof EVENTS)[E]>;

/** The events of which a story's delivery has exactly one; any other has `event` and `payload`. */
export const deliveryFields = z.strictObject({
	...(Object.fromEntries(Object.entries(EVENTS).map(([name, fields]) => [name, fields.optional()])) as {
		[E in EventName]: z.ZodOptional<(typeof EVENTS)[E]>;
	}),
	event: z.string().optional(),
});

export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];
