import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { deliveryFields, jobFields, runFields } from "./delivery-fields.ts";

/*
 * What a story's file may say; `test/stories/README.md` describes it. Unknown keys are errors, so that nothing that is
 * misspelt passes.
 */

const texts = z.union([z.string(), z.array(z.string())]).transform((given) => (Array.isArray(given) ? given : [given]));

/** Texts that a longer text must have, or must not have. */
const within = z.union([
	texts.transform((contains) => ({ contains, lacks: [] as string[] })),
	z.strictObject({ contains: texts.prefault([]), lacks: texts.prefault([]) }),
]);

/** Fields of the incident as the API shows it: enough of them to find one. */
const selector = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

const commentExpected = z.strictObject({ on: z.number().optional(), body: within });
const issueExpected = z.strictObject({
	title: within.optional(),
	body: within.optional(),
	state: z.string().optional(),
});

const expected = z.strictObject({
	incident: selector.optional(),
	/** How many the repository has. */
	incidents: z.number().optional(),
	/** How many the repository has. */
	coderuns: z.number().optional(),
	status: z.string().optional(),
	attempt: z.number().optional(),
	agent: z.string().optional(),
	fixed_by: z.enum(["agent", "rerun", "other"]).nullable().optional(),
	failure_type: z.string().optional(),
	rule: z.string().optional(),
	reason: within.optional(),
	/** Any other fields of the API's incident; objects may have more. */
	shows: z.record(z.string(), z.unknown()).optional(),
	/** All attempts; each may have more fields. */
	attempts: z.array(z.record(z.string(), z.unknown())).optional(),
	/** Of the newest CodeRun. */
	prompt: within.optional(),
	env: z.record(z.string(), z.union([z.string(), within])).optional(),
	spec: z.record(z.string(), z.unknown()).optional(),
	/** These events in this order, perhaps with others between them. */
	timeline: z.array(z.string()).optional(),
	comments: z.array(commentExpected).optional(),
	issues: z.array(issueExpected).optional(),
	/** By issue or pull request. */
	labels: z.record(z.string(), z.array(z.string())).optional(),
	/** Requests that GitHub got, without the query and the repository: `GET /pulls/7`. */
	asked: z.array(z.string()).optional(),
	not_asked: z.array(z.string()).optional(),
	/** Figures of the repository's insights; objects may have more. */
	insights: z.record(z.string(), z.unknown()).optional(),
});
export type Expected = z.infer<typeof expected>;

const rawAnswer = z.strictObject({
	status: z.number().default(200),
	headers: z.record(z.string(), z.string()).default({}),
	body: z.unknown().optional(),
});

const anyFields = z.record(z.string(), z.unknown());
const pullFields = z.strictObject({
	branch: z.string().optional(),
	sha: z.string().optional(),
	base: z.string().optional(),
	/** The head's repository; null: it was deleted. */
	fork: z.string().nullable().optional(),
	by: z.string().optional(),
	files: z.array(z.string()).default([]),
	/** Any other fields of GitHub's pull request. */
	with: anyFields.default({}),
});
export type PullFields = z.infer<typeof pullFields>;

/** What GitHub's API shows from then on. Null: it is gone. */
const gitHubContent = z.strictObject({
	runs: z.record(z.string(), runFields.omit({ run: true })).default({}),
	jobs: z.record(z.string(), z.array(jobFields)).default({}),
	pulls: z.record(z.string(), pullFields.nullable()).default({}),
	branches: z.record(z.string(), z.string().nullable()).default({}),
	tags: z.record(z.string(), z.string()).default({}),
	commits: z.record(z.string(), anyFields).default({}),
	check_runs: z.array(anyFields).default([]),
	statuses: z.record(z.string(), z.array(anyFields)).default({}),
	comparisons: z.record(z.string(), anyFields).default({}),
	comments: z.record(z.string(), z.array(anyFields)).default({}),
	permissions: z.record(z.string(), z.enum(["admin", "write", "read", "none"])).default({}),
	contents: z.record(z.string(), z.string()).default({}),
	/** Whole answers, by the request below the repository: `GET /actions/runs/1001`. */
	answers: z.record(z.string(), rawAnswer.nullable()).default({}),
});
export type GitHubContent = z.infer<typeof gitHubContent>;

const answer = z.union([
	z.string().transform((status) => ({ status })),
	z.strictObject({ status: z.string().optional(), http: z.number().optional(), reason: z.string().optional() }),
]);

/** Exactly one event with its fields; `payload` is laid over the result, and `without` are fields that it lacks. */
const delivery = deliveryFields.extend({ payload: anyFields.optional(), without: z.array(z.string()).optional() });
export type StoryDelivery = z.infer<typeof delivery>;

const deliverStep = z.strictObject({
	deliver: delivery,
	/** `sensor`: as an Argo sensor forwards it; `sensor as text`: its `body` is JSON text. */
	via: z.enum(["github", "sensor", "sensor as text"]).default("github"),
	answer: answer.optional(),
});
export type DeliverStep = z.infer<typeof deliverStep>;

/** By the key that tells them apart. */
const STEPS = {
	deliver: deliverStep,
	"in any order": z.strictObject({ "in any order": z.array(deliverStep.omit({ answer: true })).min(2) }),
	coderun: z.strictObject({
		coderun: z.strictObject({
			ends: z.enum(["Succeeded", "Failed", "Completed", "Error", "Deleted"]),
			incident: selector.optional(),
			/** The newest by default. */
			attempt: z.number().optional(),
			pull_request: z.number().optional(),
			message: z.string().optional(),
			/** Any other fields of its `status`. */
			with: anyFields.default({}),
		}),
	}),
	github: z.strictObject({ github: gitHubContent }),
	/** As by the page or the command line. */
	action: z.strictObject({
		action: z.enum(["retry", "stop", "release"]),
		/** Of a retry: the agent that gets the incident. */
		agent: z.string().optional(),
		incident: selector.optional(),
		answer: z.number().default(200),
	}),
	/** Time passes, for everything. */
	later: z.strictObject({ later: z.string().regex(/^\d+[smhd]$/) }),
	expect: z.strictObject({ expect: expected }),
	/** The same, once nothing is due any more. */
	stays: z.strictObject({ stays: expected }),
} as const;

/** Not a union, whose error would only say that no kind of step fits. */
const step = anyFields.transform((given, context): z.infer<(typeof STEPS)[keyof typeof STEPS]> => {
	const kinds = Object.keys(STEPS) as (keyof typeof STEPS)[];
	const kind = kinds.find((name) => name in given);
	if (kind === undefined) {
		context.addIssue(`a step is one of ${kinds.join(", ")}`);
		return z.NEVER;
	}
	const read = STEPS[kind].safeParse(given);
	if (read.success) return read.data;
	for (const { message, path: at } of read.error.issues) {
		context.addIssue({ code: "custom", message, path: [...at] });
	}
	return z.NEVER;
});
export type Step = z.infer<typeof step>;

const story = z.strictObject({
	story: z.string(),
	about: z.string().optional(),
	/** Other names of the repository: `{repository}-renamed`. */
	also: z.array(z.string()).default([]),
	/** A set of overrides in `policies.yaml`. */
	policy: z.string().default("usual"),
	github: gitHubContent.prefault({}),
	steps: z.array(step).min(1),
});
export type Story = z.infer<typeof story>;

const STORIES = path.join(import.meta.dirname, "..");

/** The stories of every file, in the order of the files. */
export function readStories(folder = STORIES): readonly Story[] {
	const stories = globSync("*.yaml", { cwd: folder })
		.toSorted()
		.flatMap((file) => parseStories(readFileSync(path.join(folder, file), "utf8"), file));
	const names = stories.map((one) => slugOf(one.story));
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	if (twice !== undefined) throw new Error(`two stories are called ${twice}`);
	return stories;
}

export function parseStories(text: string, from: string): readonly Story[] {
	const given: unknown = parse(text, { merge: true });
	return (Array.isArray(given) ? given : [given]).map((one) => {
		const read = story.safeParse(one);
		if (read.success) return read.data;
		const name = typeof one === "object" && one !== null && "story" in one ? ` "${one.story}"` : "";
		throw new Error(`${from}${name}: ${z.prettifyError(read.error)}`);
	});
}

/** The story's part of its repositories' names. */
export function slugOf(name: string): string {
	return name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "")
		.slice(0, 70);
}
