import { z } from "zod";

/** `30s`, `10m`, `2h`, `1d`: a whole number and one unit. */
export const DURATION = /^(0|[1-9]\d{0,8})(s|m|h|d)$/;

/** Names of rules and parts: safe in logs, expression paths, URLs and metric labels. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** An agent's name is part of `healer-ci-{agent}-{16 hex}`, a Kubernetes name of at most 63 characters. */
const AGENT_NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** Names that expressions use as path steps, as in `context.job_logs`. */
const PATH_NAME = /^[a-z][a-z0-9_]{0,62}$/;

export function duration(description: string): z.ZodString {
	return z
		.string()
		.regex(DURATION, "a duration is a whole number with s, m, h or d, such as 30s, 10m, 2h or 1d")
		.describe(description);
}

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

/** The input form of `Mapping` in `pipeline/artefact.ts`: text leaves are JSONata, other leaves are literals. */
export type WrittenMapping = { [name: string]: string | number | boolean | string[] | WrittenMapping };

export const mapping: z.ZodType<WrittenMapping, WrittenMapping> = z.lazy(() =>
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
