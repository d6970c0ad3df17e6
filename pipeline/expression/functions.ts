import { patternKey } from "../log/log-pattern.ts";
import type { LogReading } from "../log/log-reading.ts";
import { ownAgentOf, ownerOf } from "../own-agents.ts";
import { readCommentCommand } from "./comment-command.ts";
import type { Facts } from "./facts.ts";
import { matchesGlob } from "./glob.ts";
import { makeKey } from "./key.ts";
import { ourPullRequest } from "./our-pull-request.ts";
import { patternIn, patternsOf } from "./pattern-literal.ts";
import { slug } from "./slug.ts";

/** A function that Healer adds to JSONata's own. */
export interface PipelineFunction {
	readonly signature: string;
	readonly doc: string;
	readonly min: number;
	readonly max: number;
	/** The fact it needs. Without that fact it returns undefined, and the clause is unknown. */
	readonly needs?: keyof Facts;
	/** Arguments are texts and regex literals; `$log` and `$error` accept only literals. */
	readonly patterns?: "literal" | "any";
	/** Throws when an argument has the wrong type. */
	readonly call: (facts: Facts, args: readonly unknown[]) => unknown;
	/** What an explanation shows instead of the value: the patterns that were found, without those that were not. */
	readonly found?: (facts: Facts, args: readonly unknown[]) => readonly string[];
}

/** All functions by name, without the `$`. */
export const FUNCTIONS: Readonly<Record<string, PipelineFunction>> = {
	glob: {
		signature: "$glob(value, patterns)",
		doc: "Whether the text, or one of the texts, matches a glob: `*` within a segment, `**` any depth, `?`, `{a,b}`. Ignores case. A glob without a slash is matched with the base name; `dir/*` matches any depth below.",
		min: 2,
		max: 2,
		call: (_, [value, patterns]) => {
			const values = texts(value);
			const globs = texts(patterns);
			if (values === undefined || globs === undefined) return undefined;
			return values.some((text) => matchesGlob(text, globs));
		},
	},
	mentions: {
		signature: "$mentions(text, words)",
		doc: "Whether the text contains one of these words or phrases. Ignores case.",
		min: 2,
		max: 2,
		call: (_, [value, words]) => {
			const values = texts(value);
			const wanted = texts(words);
			if (values === undefined || wanted === undefined) return undefined;
			return values.some((text) => wanted.some((word) => text.toLowerCase().includes(word.toLowerCase())));
		},
	},
	slug: {
		signature: "$slug(text)",
		doc: "The text in lower case, with a dash for each run of other characters: `Controller CI` becomes `controller-ci`.",
		min: 1,
		max: 1,
		call: (_, [value]) => {
			const text = oneText(value, "$slug takes a text");
			return text === undefined ? undefined : slug(text);
		},
	},
	key: {
		signature: "$key(part, ...)",
		doc: "An unambiguous key made of its parts; nothing if a part is missing. The first part is the repository and is lower-cased.",
		min: 1,
		max: Number.POSITIVE_INFINITY,
		call: (_, parts) => makeKey(parts),
	},
	ours: {
		signature: "$ours(login)",
		doc: "Whether this is the login of one of the agents' GitHub Apps. Another App's `[bot]` is not.",
		min: 1,
		max: 1,
		call: ({ agents }, [login]) => {
			if (agents === undefined) return undefined;
			const text = oneText(login, "$ours takes a login");
			return text === undefined ? undefined : ownAgentOf(agents, text) !== undefined;
		},
	},
	owner: {
		signature: "$owner(field)",
		doc: "The name of the agent that takes the field, else of the default agent. Nothing if there is neither.",
		min: 1,
		max: 1,
		call: ({ agents = [] }, [field]) => {
			const text = oneText(field, "$owner takes a field's name");
			return text === undefined ? undefined : ownerOf(agents, text)?.name;
		},
	},
	pullRequest: {
		signature: "$pullRequest(pull_requests, repository, branch)",
		doc: "The number of the pull request in a payload's list whose base is this repository and whose head is the branch. `repository` is GitHub's object, known by its `id`. Nothing if there is none.",
		min: 3,
		max: 3,
		call: (_, [listed, repository, branch]) => ourPullRequest(listed, repository, branch),
	},
	command: {
		signature: "$command(text)",
		doc: "The first `/healer` command of a comment, as `{name, args, agent}`. It must start a line outside quotations, code and HTML comments. `agent` is the first of the `args` if it is an agent's name. Nothing if there is no command.",
		min: 1,
		max: 1,
		call: ({ agents = [] }, [value]) => {
			const text = oneText(value, "$command takes a text");
			return text === undefined ? undefined : readCommentCommand(text, agents);
		},
	},
	workflow: {
		signature: "$workflow(patterns)",
		doc: "Whether the slug of the workflow's name, or of its file name without extension, matches a glob.",
		min: 1,
		max: 1,
		needs: "workflow",
		call: (facts, [patterns]) => {
			const globs = texts(patterns);
			const slugs = workflowSlugs(facts);
			if (globs === undefined || slugs.length === 0) return undefined;
			return slugs.some((name) => matchesGlob(name, globs));
		},
	},
	log: {
		signature: "$log(pattern, ...)",
		doc: "Whether a line of the failed jobs' logs, or else of the event's `evidence`, matches a pattern. A text ignores case; a regex is RE2 syntax.",
		min: 1,
		max: Number.POSITIVE_INFINITY,
		needs: "log",
		patterns: "literal",
		call: (facts, args) => inLog(facts, "log", args),
		found: (facts, args) => foundInLog(facts, "log", args),
	},
	error: {
		signature: "$error(pattern, ...)",
		doc: "Like `$log`, but only among the lines marked as errors and those near the end of the failed step.",
		min: 1,
		max: Number.POSITIVE_INFINITY,
		needs: "log",
		patterns: "literal",
		call: (facts, args) => inLog(facts, "error", args),
		found: (facts, args) => foundInLog(facts, "error", args),
	},
	step: {
		signature: "$step(pattern, ...)",
		doc: "Whether the name of a failed step matches a pattern.",
		min: 1,
		max: Number.POSITIVE_INFINITY,
		needs: "failed_steps",
		patterns: "any",
		call: (facts, args) => inTexts(facts.failed_steps, "step", args),
		found: (facts, args) => foundInTexts(facts.failed_steps, "step", args),
	},
	job: {
		signature: "$job(pattern, ...)",
		doc: "Whether the name of a failed job matches a pattern.",
		min: 1,
		max: Number.POSITIVE_INFINITY,
		needs: "jobs",
		patterns: "any",
		call: (facts, args) => inTexts(facts.jobs, "job", args),
		found: (facts, args) => foundInTexts(facts.jobs, "job", args),
	},
	files: {
		signature: "$files(patterns)",
		doc: "Number of changed files that match a glob.",
		min: 1,
		max: 1,
		needs: "changed_files",
		call: (facts, [patterns]) => countFiles(facts, patterns),
	},
	share: {
		signature: "$share(patterns)",
		doc: "Share of the changed files that match a glob: 0 to 1.",
		min: 1,
		max: 1,
		needs: "changed_files",
		call: (facts, [patterns]) => {
			const count = countFiles(facts, patterns);
			return count === undefined ? undefined : count / (facts.changed_files?.length ?? 1);
		},
	},
	flaky: {
		signature: "$flaky()",
		doc: "Whether the same failure passed when its jobs were run again, in the last 14 days, in this repository: `healer flakes`. Only in `rerun`.",
		min: 0,
		max: 0,
		needs: "flaky",
		call: ({ flaky }) => flaky,
	},
};

/** JSONata functions that expressions may not use, with the reason. */
export const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
	eval: "it would run text as an expression",
	now: "its result would depend on when it runs",
	millis: "its result would depend on when it runs",
	random: "its result would differ every time",
	shuffle: "its result would differ every time",
};

/** Checks the number of arguments, then calls the function. Throws what the function throws. */
export function callFunction(name: string, facts: Facts, args: readonly unknown[]): unknown {
	const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
	if (known === undefined) throw new Error(`there is no function $${name}`);
	if (args.length < known.min || args.length > known.max) throw new Error(`call it as ${known.signature}`);
	return known.call(facts, args);
}

function workflowSlugs(facts: Facts): string[] {
	const { name, path } = facts.workflow ?? {};
	const base = path?.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
	return [name, base].map((text) => slug(text ?? "")).filter((text) => text !== "");
}

function inLog(facts: Facts, name: "log" | "error", args: readonly unknown[]): boolean | undefined {
	const { log } = facts;
	const patterns = wantedPatterns(name, args);
	if (log === undefined) return undefined;
	const keys = patterns.map(patternKey);
	if (keys.some((key) => isInLog(log, name, key))) return true;
	return keys.some((key) => log.gave_up.includes(key)) ? undefined : false;
}

function foundInLog({ log }: Facts, name: "log" | "error", args: readonly unknown[]): readonly string[] {
	const keys = wantedPatterns(name, args).map(patternKey);
	return log === undefined ? [] : keys.filter((key) => isInLog(log, name, key));
}

function isInLog(log: LogReading, name: "log" | "error", key: string): boolean {
	const fact = Object.hasOwn(log.patterns, key) ? log.patterns[key] : undefined;
	return fact !== undefined && (name === "log" ? fact.count : fact.errors) > 0;
}

function inTexts(known: readonly string[] | undefined, name: string, args: readonly unknown[]): boolean | undefined {
	const patterns = wantedPatterns(name, args);
	return known?.some((text) => patterns.some((pattern) => patternIn(pattern, text)));
}

function foundInTexts(known: readonly string[] = [], name: string, args: readonly unknown[]): readonly string[] {
	const patterns = wantedPatterns(name, args);
	return known.filter((text) => patterns.some((pattern) => patternIn(pattern, text)));
}

function wantedPatterns(name: string, args: readonly unknown[]) {
	const patterns = patternsOf(args);
	if (patterns === undefined) throw new Error(`$${name} takes texts, regexes, and lists of them`);
	return patterns;
}

function countFiles(facts: Facts, patterns: unknown): number | undefined {
	const globs = texts(patterns);
	const files = facts.changed_files;
	if (globs === undefined || files === undefined || files.length === 0) return undefined;
	return files.filter((path) => matchesGlob(path, globs)).length;
}

/** Undefined when absent; throws, naming the expected type, for anything but a text. */
function oneText(value: unknown, wanted: string): string | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value !== "string") throw new Error(wanted);
	return value;
}

/** One text or a list of texts, as a list; undefined when absent. */
function texts(value: unknown): readonly string[] | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value === "string") return [value];
	if (isTexts(value)) return value;
	throw new Error("it takes a text or a list of texts");
}

function isTexts(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((item) => typeof item === "string");
}
