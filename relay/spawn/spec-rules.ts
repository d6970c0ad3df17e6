import * as z from "zod";
import { readTraceparent, TRACEPARENT_VARIABLE } from "../../wire/trace.ts";

/** What a relay's own settings allow beyond the list below. */
export interface SpecSettings {
	/** `HEALER_SPEC_FIELDS`: more fields of `spec`, or of `cliConfig` as `cliConfig.NAME`, whatever they hold. */
	readonly fields?: readonly string[];
	/** `HEALER_SPEC_ENV`: more names of environment variables. */
	readonly env?: readonly string[];
}

/** The environment variables that the shipped pipeline sets. Any other name could change how an agent's programs run. */
const ENV_NAMES = [
	"HEALER_TASK_ID",
	"FAILURE_TYPE",
	"WORKFLOW_RUN_ID",
	"PR_NUMBER",
	"TARGET_BRANCH",
	"HEALER_BRANCH_STRATEGY",
	"HEALER_FIX_BRANCH",
	TRACEPARENT_VARIABLE,
];

const digits = text(/^\d{1,20}$/, "is not a number in digits");
const modelName = text(/^[A-Za-z0-9][\w.:/@+-]{0,199}$/, "is not the name of a model");
const toolNames = text(/^[!-+\--~]{1,256}(,[!-+\--~]{1,256}){0,255}$/, "is not a list of names joined by commas");
const folder = text(/^(?!-)(?!.*(^|\/)\.\.(\/|$))[\w.@+-]+(\/[\w.@+-]+)*\/?$/, "is not a relative folder without `..`");

const traceparent = z
	.string()
	.refine((value) => readTraceparent(value) !== undefined, { error: "is no W3C traceparent" });

/** Variables whose values have a form, whoever set them. */
const ENV_SHAPES: Readonly<Record<string, z.ZodType<string>>> = {
	WORKFLOW_RUN_ID: digits,
	PR_NUMBER: digits,
	[TRACEPARENT_VARIABLE]: traceparent,
};

/**
 * The fields of `spec` that a request may set, and their shapes. Not among them, because they decide what an agent may
 * reach: `envFromSecrets`, `serviceAccountName`, `skillsUrl`, everything of `cliConfig` but the two names.
 */
const FIELDS: Readonly<Record<string, z.ZodType>> = {
	// The controller puts every service with "healer" in its name on Healer's own volume, and handles `heal` in a way of
	// its own.
	service: text(
		/^(?!.*healer)(?!heal$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
		"is not a DNS label, or is one that the controller keeps for its own healer",
	),
	// `policy.ts` compares these three with its lists.
	repositoryUrl: z.string(),
	docsRepositoryUrl: z.string(),
	githubApp: text(/^[A-Za-z0-9][\w.-]{0,99}$/, "is not the name of a GitHub App"),
	docsBranch: text(/^(?!.*\.\.)[\p{L}\p{N}_][\p{L}\p{N}._/+@#-]{0,254}$/u, "is not the name of a branch"),
	docsProjectDirectory: folder,
	workingDirectory: folder,
	model: modelName,
	runType: z.enum(["implementation", "documentation", "intake", "review", "remediate"], {
		error: "is not one of implementation, documentation, intake, review, remediate",
	}),
	localTools: toolNames,
	remoteTools: toolNames,
	promptModification: z.string({ error: "is not a text" }),
	acceptanceCriteria: z.string({ error: "is not a text" }),
	// A privileged sidecar, which is on unless it is turned off.
	enableDocker: z.literal(false, { error: "may only be false" }),
};

const CLI_FIELDS: Readonly<Record<string, z.ZodType>> = {
	cliType: text(/^[A-Za-z][A-Za-z0-9-]{0,31}$/, "is not the name of a CLI"),
	model: modelName,
};

/** Why this relay does not accept a `spec`: names the field, and the setting that would allow it. */
export function findInvalidField(
	spec: Readonly<Record<string, unknown>>,
	{ fields = [], env = [] }: SpecSettings,
): string | undefined {
	for (const [name, value] of Object.entries(spec)) {
		if (fields.includes(name)) continue;
		const problem =
			name === "env"
				? findInvalidVariable(value, env)
				: name === "cliConfig"
					? findInvalidCliField(value, fields)
					: findProblem(FIELDS, name, value, { prefix: "", setting: name });
		if (problem !== undefined) return problem;
	}
	const { model, cliConfig } = spec;
	const cliModel = isObject(cliConfig) ? cliConfig.model : undefined;
	const differs = model !== undefined && cliModel !== undefined && model !== cliModel;
	return differs ? "spec.model and spec.cliConfig.model differ" : undefined;
}

function findInvalidCliField(config: unknown, allowed: readonly string[]): string | undefined {
	if (!isObject(config)) return "spec.cliConfig is not an object";
	for (const [name, value] of Object.entries(config)) {
		const setting = `cliConfig.${name}`;
		if (allowed.includes(setting)) continue;
		const problem = findProblem(CLI_FIELDS, name, value, { prefix: "cliConfig.", setting });
		if (problem !== undefined) return problem;
	}
	return undefined;
}

function findInvalidVariable(env: unknown, allowed: readonly string[]): string | undefined {
	if (!isObject(env)) return "spec.env is not an object of texts";
	for (const [name, value] of Object.entries(env)) {
		if (!ENV_NAMES.includes(name) && !allowed.includes(name)) {
			return `spec.env.${shown(name)} is not allowed: HEALER_SPEC_ENV lists more names of variables`;
		}
		if (typeof value !== "string") return `spec.env.${name} is not a text`;
		if (hasReference(value)) return `spec.env.${name} refers to another variable: write $$( for $(`;
		const shape = Object.hasOwn(ENV_SHAPES, name) ? ENV_SHAPES[name] : undefined;
		const problem = shape && problemOf(shape, value);
		if (problem !== undefined) return `spec.env.${name} ${problem}`;
	}
	return undefined;
}

/**
 * Whether Kubernetes would replace a part of the text by another variable's value: `$(NAME)`, where `$$` stands for one
 * `$` (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
 */
function hasReference(value: string): boolean {
	return /(?<!\$)(?:\$\$)*\$\(/.test(value);
}

function findProblem(
	shapes: Readonly<Record<string, z.ZodType>>,
	name: string,
	value: unknown,
	{ prefix, setting }: { readonly prefix: string; readonly setting: string },
): string | undefined {
	const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
	const field = `spec.${prefix}${shown(name)}`;
	if (shape === undefined) return `${field} is not allowed: HEALER_SPEC_FIELDS=${shown(setting)} allows it`;
	const problem = problemOf(shape, value);
	return problem === undefined ? undefined : `${field} ${problem}: HEALER_SPEC_FIELDS=${shown(setting)} allows any`;
}

function problemOf(shape: z.ZodType, value: unknown): string | undefined {
	return shape.safeParse(value).error?.issues[0]?.message;
}

function text(form: RegExp, problem: string): z.ZodType<string> {
	return z.string({ error: "is not a text" }).regex(form, problem);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A name from a request, in a message: never longer than a name, and without odd characters. */
function shown(name: string): string {
	return name.slice(0, 63).replace(/[^\w.-]/g, "?");
}
