import * as z from "zod";
import type { Explanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { CommandRequest, NewestRed } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import type { CheckRef } from "./check-identity.ts";
import { DamagedRow } from "./d1-error.ts";

const texts = z.array(z.string()).optional();
const named = z.looseObject({}).optional();

const part = z.union([
	z.strictObject({ only: z.array(z.string()), of: z.string() }),
	z.strictObject({ except: z.array(z.string()) }),
]);

/** Only what the worker uses without a check; optional fields are checked where they are used. */
const incident = z.looseObject({
	kind: z.string(),
	event: z.string(),
	delivery_id: z.string(),
	repository: z.string(),
	jobs: texts,
	failed_steps: texts,
	part: part.optional(),
	workflow: named,
	actor: named,
	author: named,
	sender: named,
	alert: named,
	command: named,
});

const explanation = z.looseObject({ pipeline: z.string().optional(), stages: z.array(z.looseObject({})) });

const claim = z.looseObject({ name: z.string(), key: z.string() });

/** `coderun` is absent after the retention removed it. */
const request = z.looseObject({
	incident_id: z.string(),
	agent: z.string(),
	max_active: z.number(),
	claims: z.array(claim),
	coderun: z.looseObject({}).optional(),
});

const newestRed = z.looseObject({
	run_id: z.string().optional(),
	run_attempt: z.number().optional(),
	head_sha: z.string().optional(),
	branch: z.string().optional(),
	url: z.string().optional(),
	jobs: z.array(z.string()),
	failed_steps: z.array(z.string()),
});

const anyObject = z.record(z.string(), z.unknown());

const command = z.looseObject({
	name: z.string(),
	repository: z.string(),
	pr_number: z.number(),
	comment_id: z.number().optional(),
	incident_id: z.string().optional(),
	author: z.string(),
	needs: texts,
});

/**
 * The schema of each JSON column, as TABLE.COLUMN. A shape written by an older version of the worker is a branch of its
 * column's schema (`z.union`, newest first) that converts it to the current one.
 */
const SHAPES = {
	"incidents.incident": incident as z.ZodType<unknown>,
	"incidents.explanation": explanation as z.ZodType<unknown>,
	"incidents.context": anyObject as z.ZodType<unknown>,
	"deliveries.incident": incident as z.ZodType<unknown>,
	"attempts.request": request as z.ZodType<unknown>,
	"attempts.red_jobs": z.array(z.string()) as z.ZodType<unknown>,
	"attempts.ended_on": newestRed as z.ZodType<unknown>,
	"attempts.red": z.array(
		z.looseObject({
			workflow: z.looseObject({ name: z.string().optional(), path: z.string().optional() }).optional(),
			app: z.string().optional(),
			job: z.string().optional(),
		}),
	) as z.ZodType<unknown>,
	"facts.context": anyObject as z.ZodType<unknown>,
	"searched.patterns": z.array(z.string()) as z.ZodType<unknown>,
	"commands.command": command as z.ZodType<unknown>,
	"commands.result": z.looseObject({
		reaction: z.string(),
		message: z.string(),
		refused: z.boolean().optional(),
	}) as z.ZodType<unknown>,
	"status_comments.last_command": z
		.looseObject({ author: z.string(), name: z.string(), command_result: z.string() })
		.nullable() as z.ZodType<unknown>,
	"checks.failed_steps": z.array(z.string()) as z.ZodType<unknown>,
	"conflict_scans.numbers": z.array(z.number()) as z.ZodType<unknown>,
	"sweep_steps.stopped_at": z.object({
		// A row from before incidents had ranks continues from the start.
		queue_rank: z.number().default(-1),
		next_try_at: z.number(),
		created_at: z.number(),
		id: z.string(),
	}) as z.ZodType<unknown>,
} as const;

interface Columns {
	"incidents.incident": Incident;
	/** Older rows lack the pipeline. */
	"incidents.explanation": Omit<Explanation, "pipeline"> & Partial<Pick<Explanation, "pipeline">>;
	"incidents.context": Readonly<Record<string, unknown>>;
	"deliveries.incident": Incident;
	"attempts.request": SpawnRequest;
	"attempts.red_jobs": readonly string[];
	"attempts.ended_on": NewestRed;
	"attempts.red": readonly CheckRef[];
	"facts.context": Readonly<Record<string, unknown>>;
	"searched.patterns": readonly string[];
	"commands.command": Omit<CommandRequest, "id">;
	"commands.result": CommandResult;
	"status_comments.last_command": LastCommand | null;
	"checks.failed_steps": readonly string[];
	"sweep_steps.stopped_at": DueKey;
	"conflict_scans.numbers": readonly number[];
}

/**
 * Reads one JSON column of the journal. Rows may be older than this worker, restored, or edited by hand: the problem names the
 * column.
 */
export function readStored<C extends keyof Columns>(column: C, text: string): Result<Columns[C]> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return fail(`${column} is damaged: it is not JSON`);
	}
	const read = SHAPES[column].safeParse(value);
	if (read.success) return ok(read.data as Columns[C]);
	const [issue] = read.error.issues;
	const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
	return fail(`${column} is damaged${where}: ${issue?.message ?? "unknown shape"}`);
}

/** Like `readStored`, for a column that the caller cannot do without. Throws `DamagedRow`, which names the incident. */
export function needStored<C extends keyof Columns>(column: C, text: string, incident_id: string): Columns[C] {
	const read = readStored(column, text);
	if (!read.ok) throw new DamagedRow(`incident ${incident_id}: ${read.problem}`);
	return read.value;
}

/** The result of a command. */
export interface CommandResult {
	/** Reaction to the command's comment: in progress, done, or not done. */
	readonly reaction: "eyes" | "+1" | "confused";
	/** Our own Markdown; text of others is in code spans. */
	readonly message: string;
	/** Its author may not, or not here: a reaction is the whole answer, so that nobody makes Healer write comments. */
	readonly refused?: boolean;
}

/** The latest command on a pull request, as shown in its status comment. */
export interface LastCommand {
	readonly author: string;
	readonly name: string;
	/** Our own Markdown. */
	readonly command_result: string;
}

/** A position in a list sorted by rank, then by due time. */
export interface DueKey {
	readonly queue_rank: number;
	readonly next_try_at: number;
	readonly created_at: number;
	readonly id: string;
}
