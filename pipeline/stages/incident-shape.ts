import { headRepositoryName } from "../head-repository.ts";
import type { Account, Incident } from "../incident.ts";
import { redactText } from "../redaction/redact-text.ts";
import { workflowFile } from "../workflow-file.ts";
import { cleanText, TEXT_LIMITS } from "./clean-text.ts";

/**
 * The type of an incident's field. Longer texts are cut; values of another type count as absent. `text` is an
 * identifier and stays verbatim; `digits` is a number that JSON might not hold; `said` is free text and is redacted.
 * `repository` is a name, or GitHub's object of one, or the null that GitHub sends for a deleted fork. `account` is a login
 * with its type, `workflow_path` a workflow's file.
 */
type Shape =
	| "text"
	| "digits"
	| "flag"
	| "repository"
	| "said"
	| "long_said"
	| "url"
	| "count"
	| "said_list"
	| "account"
	| "workflow_path"
	| { readonly [field: string]: Shape };

const INCIDENT_SHAPE = {
	repository: "text",
	installation_id: "count",
	head_repository: "repository",
	branch: "text",
	default_branch: "text",
	head_sha: "text",
	run_id: "digits",
	run_attempt: "count",
	workflow: { name: "said", path: "workflow_path" },
	job: "said",
	jobs: "said_list",
	failed_steps: "said_list",
	conclusion: "text",
	url: "url",
	commit_message: "long_said",
	actor: "account",
	author: "account",
	sender: "account",
	app: "text",
	pr_number: "count",
	review_id: "count",
	alert: {
		type: "text",
		number: "count",
		severity: "text",
		package_name: "text",
		cve_id: "text",
		description: "long_said",
		manifest_path: "text",
	},
	command: {
		name: "text",
		args: "said",
		agent: "text",
		comment_id: "count",
		allowed: "flag",
		needs: "said_list",
		refused: "said",
	},
	evidence: "long_said",
	started_at: "text",
	occurred_at: "text",
} as const satisfies Readonly<Record<IncidentField, Shape>>;

const { repository, installation_id, default_branch, sender } = INCIDENT_SHAPE;
const ENVELOPE_SHAPE = { repository, installation_id, default_branch, sender };

/** The fields that a mapping sets; the engine sets the others. */
type IncidentField = Exclude<keyof Incident, "id" | "kind" | "event" | "delivery_id" | "branch_state" | "part">;
export type IncidentFields = Partial<Pick<Incident, IncidentField>>;

const MAX_TEXTS = 100;

/** Converts a mapping's result to an incident's fields: bounded, clean, and without values of a wrong type. */
export function shapeIncident(raw: Readonly<Record<string, unknown>>): IncidentFields {
	// The shape above lists every field with its type, which TypeScript cannot follow through a loop.
	return shapeFields(INCIDENT_SHAPE, raw) as IncidentFields;
}

/** The same for the fields of the envelope alone, which each delivery has. */
export function shapeEnvelope(raw: Readonly<Record<string, unknown>>): IncidentFields {
	return shapeFields(ENVELOPE_SHAPE, raw) as IncidentFields;
}

/** Whether a number counts as absent in this field: `["workflow", "name"]`. Fields that nobody knows take anything. */
export function takesNoNumber(path: readonly (string | number)[]): boolean {
	let shape: Shape | undefined = INCIDENT_SHAPE;
	for (const name of path) {
		if (shape === "account") return true;
		if (typeof shape !== "object" || !Object.hasOwn(shape, name)) return false;
		shape = shape[name];
	}
	return typeof shape === "string" && shape !== "count";
}

function shapeFields(shapes: Readonly<Record<string, Shape>>, raw: object): Record<string, unknown> {
	const fields: Record<string, unknown> = {};
	for (const name in shapes) {
		const shape = shapes[name];
		const given = Object.hasOwn(raw, name) ? (raw as Record<string, unknown>)[name] : undefined;
		if (shape === undefined || given === undefined) continue;
		const value = shapeValue(shape, given);
		if (value !== undefined) fields[name] = value;
	}
	return fields;
}

function shapeValue(shape: Shape, value: unknown): unknown {
	switch (shape) {
		case "text":
			return shapeText(value, TEXT_LIMITS.short);
		case "repository":
			return shapeText(typeof value === "object" ? headRepositoryName(value) : value, TEXT_LIMITS.short);
		case "digits":
			return typeof value === "string" && /^\d{1,20}$/.test(value) ? value : undefined;
		case "said":
			return shapeSaid(value, TEXT_LIMITS.short);
		case "long_said":
			return shapeSaid(value, TEXT_LIMITS.long);
		case "url":
			return shapeUrl(value);
		case "count":
			return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
		case "flag":
			return typeof value === "boolean" ? value : undefined;
		case "said_list":
			return shapeTexts(value);
		case "account":
			return shapeAccount(value);
		case "workflow_path":
			return typeof value === "string" ? shapeText(workflowFile(value), TEXT_LIMITS.short) : undefined;
		default:
			return shapeObject(shape, value);
	}
}

function shapeText(value: unknown, max: number): string | undefined {
	return typeof value === "string" && value !== "" ? cleanText(value, max) : undefined;
}

/** Redacts before the cut, and a little beyond it, so the cut leaves no half of a secret. */
function shapeSaid(value: unknown, max: number): string | undefined {
	if (typeof value !== "string" || value === "") return undefined;
	const looked = max + BEYOND_CUT;
	const redacted =
		value.length <= looked ? redactText(value) : redactText(value.slice(0, looked)) + value.slice(looked);
	return cleanText(redacted, max);
}

const BEYOND_CUT = 8192;

/** Accepts only what a browser opens as a page, in printable characters and without secrets: it may become a link. */
function shapeUrl(value: unknown): string | undefined {
	const isUrl = typeof value === "string" && value.length <= 2048 && /^https?:\/\/[!-~]+$/.test(value);
	return isUrl && redactText(value) === value ? value : undefined;
}

function shapeTexts(value: unknown): readonly string[] | undefined {
	const items = Array.isArray(value) ? value.slice(0, MAX_TEXTS) : [value];
	const texts = items.flatMap((item) => shapeSaid(item, TEXT_LIMITS.short) ?? []);
	return texts.length > 0 ? texts : undefined;
}

const ACCOUNT_SHAPE = { login: "text", type: "text" } as const;

/** Only an App's account has a login that ends in `[bot]`, so its type is known where the event omits it. */
function shapeAccount(value: unknown): object | undefined {
	const account = shapeObject(ACCOUNT_SHAPE, value) as Account | undefined;
	return account?.login?.endsWith("[bot]") ? { ...account, type: "Bot" } : account;
}

function shapeObject(shapes: Readonly<Record<string, Shape>>, value: unknown): object | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const fields = shapeFields(shapes, value);
	return Object.keys(fields).length > 0 ? fields : undefined;
}
