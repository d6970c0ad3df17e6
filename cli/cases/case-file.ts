import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { AUTONOMY_LEVELS } from "../../pipeline/autonomy.ts";
import { INCIDENT_KINDS } from "../../pipeline/incident.ts";
import { FAILURE_VERDICTS } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { readJson, readText } from "../read-input.ts";
import { caseHistory } from "./case-history.ts";

/** Null: the name is absent. */
const texts = z.record(z.string(), z.string().nullable());

/** What a case expects. Only named fields are compared; of objects, only the named keys. */
const expectation = z
	.strictObject({
		/**
		 * Why the delivery is not an incident: `unknown_event`, `not_matched`, `no_repository`, `no_identity`, `filtered`.
		 */
		ignored: z.enum(["unknown_event", "not_matched", "no_repository", "no_identity", "filtered"]),
		/** The filter that refuses it, before or after the context is gathered. */
		filter: z.string(),
		identity: z.string(),
		incident: z.record(z.string(), z.unknown()),
		/** A command for Healer itself, which is not an incident. */
		command: z.record(z.string(), z.unknown()),
		agent: z.string(),
		rule: z.string(),
		failure_type: z.string(),
		failure_category: z.string(),
		/** Whether the failed jobs are run again before an agent is woken. */
		rerun: z.boolean(),
		/** Whose failure a pull request's red check is; with `history`. */
		verdict: z.enum(FAILURE_VERDICTS),
		/** The first red commit; null: the history names none. */
		suspect: z.string().nullable(),
		/** How far Healer goes by itself. */
		autonomy: z.enum(AUTONOMY_LEVELS),
		/** Keys of the claims, by the names of their dedup rules. */
		claims: texts,
		labels: texts,
		annotations: texts,
		env: texts,
		/** A text that names the cause which it shares with others of its group; null: it has an agent of its own. */
		group: z.string().nullable(),
		/** Texts that the prompt contains. */
		prompt: z.array(z.string()),
	})
	.partial()
	.refine((expected) => Object.keys(expected).length > 0, "expects nothing");

const settingsOfCase = z
	.strictObject({
		process_bot_commits: z.boolean(),
		process_bots: z.array(z.string()),
		process_forks: z.boolean(),
		unknown_heads: z.enum(["fix", "refuse"]),
		skip_markers: z.array(z.string()),
		repositories: z.array(z.string()),
		reviewers: z.array(z.string()),
		commands: z.strictObject({
			logins: z.array(z.string()),
			permissions: z.array(z.string()).default([]),
		}),
		watch: z
			.strictObject({ pull_requests: z.boolean(), branches: z.array(z.string()), conflicts: z.boolean() })
			.partial(),
		vars: z.record(z.string(), z.json()),
	})
	.partial();

const pipelineCase = z
	.strictObject({
		name: z.string().min(1),
		/** GitHub's event name; with `payload`. */
		event: z.string().optional(),
		/** The delivery's body, or the path of its JSON file relative to this one. */
		payload: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
		/** Changes to the payload, key by key; `null` removes a key. */
		change: z.record(z.string(), z.unknown()).optional(),
		/** Settings that override the pipeline's in this case. */
		settings: settingsOfCase.optional(),
		/** Fields of an incident, instead of a delivery. */
		incident: z.looseObject({ kind: z.enum(INCIDENT_KINDS).optional() }).optional(),
		/** The failed job's log, or the path of its file relative to this one. */
		log: z.string().optional(),
		log_file: z.string().optional(),
		changed_files: z.array(z.string()).optional(),
		/** Message of the head commit, as GitHub would return it. */
		commit_message: z.string().optional(),
		/** Whether the failure is in the flake ledger: it passed lately when it was run again. */
		flaky: z.boolean().optional(),
		/** What is known of its check, for a red check of a pull request. */
		history: caseHistory.optional(),
		/** What GitHub has of the branch's name; without it, nobody has asked. */
		branch_state: z.enum(["exists", "tag", "deleted"]).optional(),
		/** Data of other context parts, by their names in the pipeline. */
		context: z.record(z.string(), z.record(z.string(), z.json())).optional(),
		expect: expectation,
	})
	.refine((given) => (given.event === undefined) === (given.payload === undefined), "give event and payload together")
	.refine(
		(given) => given.payload === undefined || given.incident === undefined,
		"give a payload or an incident, not both",
	)
	.refine((given) => given.change === undefined || given.payload !== undefined, "change needs a payload")
	.refine((given) => given.log === undefined || given.log_file === undefined, "give log or log_file, not both");

export type Expectation = z.infer<typeof expectation>;
export type PipelineCase = Omit<z.infer<typeof pipelineCase>, "payload" | "change"> & { readonly payload?: unknown };

/** The cases of one YAML file, a list, with the files that they name already read. */
export async function readCaseFile(file: string): Promise<Result<PipelineCase[]>> {
	const text = await readText(file);
	if (!text.ok) return text;
	const lines = new LineCounter();
	const document = parseDocument(text.value, { lineCounter: lines });
	const [error] = document.errors;
	if (error !== undefined) return fail(`${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split("\n")[0]}`);
	const list: unknown = document.toJS();
	if (!Array.isArray(list) || list.length === 0) return fail(`${file} is not a list of cases.`);
	const cases: PipelineCase[] = [];
	for (const [index, item] of list.entries()) {
		const checked = pipelineCase.safeParse(item);
		if (!checked.success) return fail(`${file}, ${nameOf(item, index)}: ${z.prettifyError(checked.error)}`);
		const read = await readNamedFiles(checked.data, path.dirname(file));
		if (!read.ok) return fail(`${file}, ${nameOf(item, index)}: ${read.problem}`);
		cases.push(read.value);
	}
	return ok(cases);
}

function nameOf(item: unknown, index: number): string {
	const name = (item as { name?: unknown } | null)?.name;
	return typeof name === "string" ? `"${name}"` : `case ${index + 1}`;
}

async function readNamedFiles(given: z.infer<typeof pipelineCase>, folder: string): Promise<Result<PipelineCase>> {
	const { payload, change, log_file, ...rest } = given;
	const log = log_file === undefined ? ok(given.log) : await readText(path.join(folder, log_file));
	if (!log.ok) return log;
	const withLog = log.value === undefined ? rest : { ...rest, log: log.value };
	if (payload === undefined) return ok(withLog);
	if (typeof payload !== "string") return ok({ ...withLog, payload: changed(payload, change) });
	const read = await readJson(path.join(folder, payload));
	return read.ok ? ok({ ...withLog, payload: changed(read.value.value, change) }) : read;
}

/** JSON Merge Patch (https://www.rfc-editor.org/rfc/rfc7396), except that null inside a list stays null. */
function changed(value: unknown, change: unknown): unknown {
	if (typeof change !== "object" || change === null || Array.isArray(change)) return change ?? value;
	const into = typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
	const fields = new Map<string, unknown>(Object.entries(into));
	for (const [name, inner] of Object.entries(change)) {
		if (inner === null) fields.delete(name);
		else fields.set(name, changed(fields.get(name), inner));
	}
	return Object.fromEntries(fields);
}
