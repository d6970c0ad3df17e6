import type { z } from "zod";
import { isDurationAt, keysAt, pipelineJsonSchema } from "../../grammar/json-schema.ts";
import { pipelineFile } from "../../grammar/pipeline-file.ts";
import { type ValidPart, without } from "../scopes/valid-part.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { didYouMean } from "./did-you-mean.ts";

type Issue = z.core.$ZodIssue;

/** Grammar errors, and the valid rest of the file for the other checks. */
export function schemaDiagnostics(source: YamlSource): { diagnostics: readonly Diagnostic[]; remains: ValidPart } {
	const issues = issuesOf(source.value);
	return {
		diagnostics: issues.flatMap((issue) => describe(issue, source)),
		remains: without(source.value, issues.flatMap(refusedPaths)),
	};
}

/**
 * All grammar issues. The grammar ignores values under an unknown key, so it runs a second time with these keys
 * renamed.
 */
function issuesOf(value: unknown): readonly Issue[] {
	const issues = grammarIssues(value);
	const badKeys = issues.filter((issue) => issue.code === "invalid_key").map(pathOf);
	if (badKeys.length === 0) {
		return issues;
	}
	const standIns = new Map(badKeys.map((path, index) => [`renamed${index}`, path.at(-1) ?? ""]));
	const hidden = grammarIssues(renamed(value, badKeys)).map((issue) => ({
		...issue,
		path: issue.path.map((step) => standIns.get(String(step)) ?? step),
	}));
	return [...issues.filter((issue) => issue.code === "invalid_key"), ...hidden];
}

function grammarIssues(value: unknown): readonly Issue[] {
	const parsed = pipelineFile.safeParse(value);
	return parsed.success ? [] : parsed.error.issues.map(deepest);
}

function renamed(value: unknown, paths: readonly Path[]): unknown {
	const copy: unknown = JSON.parse(JSON.stringify(value));
	for (const [index, path] of paths.entries()) {
		const holder = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
		const key = path.at(-1) ?? "";
		holder[`renamed${index}`] = holder[key];
		delete holder[key];
	}
	return copy;
}

/** Of a union's issues, the one from the branch that got furthest into the value. */
function deepest(issue: Issue): Issue {
	if (issue.code !== "invalid_union") {
		return issue;
	}
	const inner = issue.errors.flat().map((branch) => {
		const found = deepest({ ...branch, path: [...issue.path, ...branch.path] });
		return { found, depth: found.path.length };
	});
	const furthest = inner.reduce((best, next) => (next.depth > best.depth ? next : best), {
		found: issue as Issue,
		depth: issue.path.length,
	});
	return furthest.found;
}

function refusedPaths(issue: Issue): Path[] {
	const path = pathOf(issue);
	if (issue.code === "invalid_key") {
		return [];
	}
	return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

function describe(issue: Issue, source: YamlSource): Diagnostic[] {
	const path = pathOf(issue);
	const value = valueAt(source.value, path);
	switch (issue.code) {
		case "unrecognized_keys":
			return unknownKeys(source, path, issue.keys);
		case "invalid_key":
			return [source.atKey(path, `\`${path.at(-1)}\`: ${issue.issues[0]?.message ?? "not an allowed key"}.`)];
		case "invalid_value":
			return [value === undefined ? missing(source, path) : notInList(source, path, value, issue.values.map(String))];
		case "invalid_type":
			return [
				value === undefined ? missing(source, path) : wrongType(source, path, value, expectedType(issue.expected)),
			];
		case "invalid_union":
			return [wrongType(source, path, value, "an expression, a number, true or false, a list of expressions, or keys")];
		case "too_small":
		case "too_big":
			return [source.at(path, `\`${path.at(-1)}\`${bound(issue)}.`)];
		case "invalid_format":
		case "custom":
			return [source.at(path, `\`${shown(value)}\`: ${issue.message}.`)];
		default:
			return [source.at(path, `${issue.message}.`)];
	}
}

function unknownKeys(source: YamlSource, path: Path, keys: readonly string[]): Diagnostic[] {
	const allowed = keysAt(pipelineJsonSchema(), path);
	const where = path.length === 0 ? "A pipeline" : `\`${written(path)}\``;
	return keys.map((key) => {
		const at = [...path, key];
		const moved = movedKey(at, valueAt(source.value, at));
		if (moved !== undefined) return source.atKey(at, `${where} no longer has \`${key}\`. ${moved}`);
		return source.atKey(at, `${where} has no key \`${key}\`.${didYouMean(key, allowed)}`, allowed);
	});
}

/** What to write instead of a key of an earlier version. */
function movedKey(path: Path, value: unknown): string | undefined {
	if (path.slice(-2).join(".") !== "settings.max_per_hour") return undefined;
	if (value === 0) return "Take it out: without `limits` nothing is limited.";
	const most = typeof value === "number" ? value : 20;
	return path[0] === "overrides"
		? `Write \`limits: { per_hour: ${most} }\` beside \`settings\`.`
		: `Write \`limits: { repository: { per_hour: ${most} } }\` at the top level.`;
}

function missing(source: YamlSource, path: Path): Diagnostic {
	const where = path.length === 1 ? "The pipeline" : `\`${written(path.slice(0, -1))}\``;
	return source.at(path, `${where} needs \`${path.at(-1)}\`. Add it.`);
}

function notInList(source: YamlSource, path: Path, value: unknown, allowed: string[]): Diagnostic {
	const only = allowed.length === 1 ? `It must be ${allowed[0]}.` : "Use one of the allowed values.";
	const guess = typeof value === "string" ? didYouMean(value, allowed) : "";
	return source.at(path, `\`${path.at(-1)}\` cannot be \`${shown(value)}\`.${guess || ` ${only}`}`, allowed);
}

function wrongType(source: YamlSource, path: Path, value: unknown, expected: string): Diagnostic {
	if (path.length === 0) {
		return source.at(path, `A pipeline is keys with values, not ${value === null ? "nothing" : kindOf(value)}.`);
	}
	if (typeof value === "number" && isDurationAt(pipelineJsonSchema(), path)) {
		return source.at(path, `\`${value}\`: a duration has a unit: s, m, h or d.`);
	}
	const remedy =
		value === true && path.at(-1) === "when"
			? " A rule that always holds has no `when`."
			: typeof value !== "object" && expected === "a text"
				? " Put it in quotes."
				: "";
	return source.at(path, `\`${path.at(-1)}\` must be ${expected}, not ${kindOf(value)}.${remedy}`);
}

function expectedType(expected: string): string {
	switch (expected) {
		case "string":
			return "a text";
		case "int":
		case "number":
			return "a whole number";
		case "boolean":
			return "true or false";
		case "array":
			return "a list";
		default:
			return "keys with values";
	}
}

function kindOf(value: unknown): string {
	if (value === null) {
		return "empty";
	}
	if (Array.isArray(value)) {
		return "a list";
	}
	switch (typeof value) {
		case "string":
			return "a text";
		case "number":
		case "boolean":
			return `${value}`;
		default:
			return "keys with values";
	}
}

function bound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
	if (issue.origin === "number" || issue.origin === "int") {
		return issue.code === "too_small" ? ` must be at least ${issue.minimum}` : ` must be at most ${issue.maximum}`;
	}
	return issue.code === "too_small" ? `: ${issue.message}` : ` is too long: at most ${issue.maximum} characters`;
}

function shown(value: unknown): string {
	const text = typeof value === "string" ? value : JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** `classify[2].when`. */
function written(path: Path): string {
	return path
		.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`))
		.join("");
}

/** YAML keys are never symbols. */
function pathOf(issue: Issue): Path {
	return issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
}
