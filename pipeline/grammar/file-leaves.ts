import * as z from "zod";

/** Names of rules and parts: safe in logs, expression paths, URLs and metric labels. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** An agent's name is part of `healer-ci-{agent}-{16 hex}`, a Kubernetes name of at most 63 characters. */
export const AGENT_NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** Names that expressions use as path steps, as in `context.job_logs`. */
const PATH_NAME = /^[a-z][a-z0-9_]{0,62}$/;

export function expression(description: string): z.ZodString {
	return z.string().min(1, "an expression cannot be empty").max(10_000).describe(`${description} (JSONata)`);
}

export function text(description: string): z.ZodString {
	return z.string().min(1, "cannot be empty").describe(description);
}

export function name(description: string): z.ZodString {
	return z
		.string()
		.regex(NAME, "a name is lower-case letters, digits, - and _, begins with a letter and has at most 63 characters")
		.describe(description);
}

export const agentName = z
	.string()
	.regex(
		AGENT_NAME,
		"an agent's name is lower-case letters, digits and -, at most 30 characters, as it is part of a Kubernetes name",
	)
	.describe("An agent's name, a key under `agents`.");

export const pathName = z
	.string()
	.regex(
		PATH_NAME,
		"this name is lower-case letters, digits and _, begins with a letter, as expressions write it in paths",
	);

const PROMPTS = "prompts/";

/** The name of a prompt as written, without the folder that may stand before it. */
export function withoutFolder(prompt: string): string {
	return prompt.startsWith(PROMPTS) ? prompt.slice(PROMPTS.length) : prompt;
}

export const promptName = z
	.string()
	.regex(
		/^(prompts\/)?[a-z][a-z0-9_-]{0,62}$/,
		"a name is lower-case letters, digits, - and _, begins with a letter and has at most 63 characters",
	)
	.describe("The template under `prompts/`, without `.mustache`.")
	.transform(withoutFolder);

/** JSONata text, checked at build time. */
export type ExpressionText = string;

/** A tree whose string leaves are JSONata and whose other leaves are literals. `incident` and `spawn` have this shape. */
export type Mapping = {
	readonly [name: string]: Mapping | ExpressionText | number | boolean | readonly ExpressionText[];
};

export const mapping: z.ZodType<Mapping, Mapping> = z.lazy(() =>
	z.record(
		z.string().min(1, "a key cannot be empty"),
		z.union([
			z.string().min(1, "an expression cannot be empty").describe("An expression (JSONata)."),
			z.number(),
			z.boolean(),
			z.array(z.string().min(1, "an expression cannot be empty")).describe("A list of expressions (JSONata)."),
			mapping,
		]),
	),
);
