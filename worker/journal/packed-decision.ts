import * as z from "zod";
import type { Explanation } from "../../pipeline/explanation.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { attemptsTable } from "./attempts.ts";
import type { Dictionary } from "./dictionaries.ts";
import type { IncidentRow } from "./incidents.ts";
import { type Blob, packBlob, unpackBlob } from "./packed-blob.ts";
import { unpackJson } from "./packed-json.ts";
import type { RowOf } from "./table.ts";

/*
 * What a decision found is stored with its attempt: one row that fills a page of the database, where the incident's row and others
 * would each leave half of theirs empty. The incident's own columns keep what SQL reads, and name the attempt.
 */

/** What a decision found, as JSON. */
export interface DecisionTexts {
	readonly attempt: number;
	readonly request: SpawnRequest;
	readonly explanation: Explanation;
	/** The context's parts without their data. */
	readonly context: string;
	/** The context with its data; absent if this decision is about what an agent left of the failure. */
	readonly facts?: string;
}

const packedColumns = attemptsTable.pick("request", "body", "facts", "stages", "found");

/** The columns of `attempts` and `incidents` that hold it. */
export interface PackedDecision {
	readonly ofAttempt: RowOf<typeof packedColumns> & { readonly stages: ArrayBuffer };
	readonly ofIncident: Pick<IncidentRow, "explanation" | "context">;
}

export async function packDecision(
	{ attempt, request, explanation, context, facts }: DecisionTexts,
	dictionary: Dictionary,
): Promise<PackedDecision> {
	const { pipeline, fingerprint, stages: _, ...found } = explanation;
	const body = JSON.stringify(request);
	const packed = (text: string) => packBlob(text, dictionary, "rules");
	return {
		ofAttempt: {
			// The hash tells apart what two consumers decided.
			request: JSON.stringify({ ...request, coderun: { sha256: await sha256(body) } }),
			body: packBlob(body, dictionary, "prompts"),
			facts: facts === undefined ? null : packBlob(facts, dictionary, { text: body }),
			stages: packStages(explanation, dictionary),
			found: packed(`{"found":${JSON.stringify(found)},"context":${context}}`),
		},
		ofIncident: {
			explanation: JSON.stringify({ pipeline, fingerprint, stages: [], attempt }),
			context: "{}",
		},
	};
}

/** An explanation as an incident without an attempt has it: SQL and notifications read all but its stages. */
export function explanationAlone(explanation: Explanation, stages: ArrayBuffer): string {
	return JSON.stringify({
		...explanation,
		stages: [],
		packed_stages: z.util.uint8ArrayToBase64(new Uint8Array(stages)),
	});
}

/** An explanation's stages, packed. */
export function packStages({ stages }: Explanation, dictionary: Dictionary): ArrayBuffer {
	return packBlob(JSON.stringify(stages), dictionary, "rules");
}

async function sha256(text: string): Promise<string> {
	return z.util.uint8ArrayToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** The body of a stored spawn request, the same bytes for each send; of a trimmed or damaged one, what is left. */
export async function requestBody(
	db: D1Database,
	{ request, body }: { readonly request: string; readonly body: Blob | null },
): Promise<string> {
	if (body === null) return unpackJson(request, "coderun");
	return (await unpackBlob(db, body, "prompts")) ?? `${request} cannot be unpacked`;
}

/** The context with its data, as JSON; undefined if it is damaged. */
export async function unpackFacts(
	db: D1Database,
	{ body, facts }: { readonly body: Blob | null; readonly facts: Blob },
): Promise<string | undefined> {
	const text = body === null ? undefined : await unpackBlob(db, body, "prompts");
	return text === undefined ? undefined : await unpackBlob(db, facts, { text });
}

const shownColumns = attemptsTable.pick("incident_id", "stages", "found");

export type DecidedRow = RowOf<typeof shownColumns>;

/** Reads what the decisions found that these incidents name; `ids`: JSON. */
export function decidedStatement(db: D1Database, ids: string): D1PreparedStatement {
	return db
		.prepare(
			`SELECT ${shownColumns.listOf("a")} FROM json_each(?1) JOIN incidents i ON i.id = value JOIN attempts a
				ON a.incident_id = i.id AND a.attempt = CASE WHEN json_valid(i.explanation) THEN i.explanation ->> '$.attempt' END`,
		)
		.bind(ids);
}

/** JSON, as the incident's columns had it if its decision were stored there. */
export type FoundTexts = Pick<IncidentRow, "explanation" | "context">;

/** The whole explanation and the context's summary. `decided`: what `decidedStatement` read; undefined: it names no decision. */
export async function readFound(db: D1Database, row: FoundTexts, decided: DecidedRow | undefined): Promise<FoundTexts> {
	if (decided === undefined || decided.found === null) {
		return { explanation: await readAlone(db, unpackJson(row.explanation)), context: row.context };
	}
	const found = await unpackBlob(db, decided.found, "rules");
	const stages = decided.stages === null ? TRIMMED : await unpackBlob(db, decided.stages, "rules");
	if (found === undefined || stages === undefined) {
		return { explanation: `${row.explanation} cannot be unpacked`, context: null };
	}
	const { found: rest, context } = JSON.parse(found);
	const { attempt: _, ...plain } = JSON.parse(row.explanation);
	return {
		explanation: JSON.stringify({ ...plain, ...rest, stages: JSON.parse(stages) }),
		context: JSON.stringify(context),
	};
}

/** Of what `explanationAlone` made; anything else as it is. */
async function readAlone(db: D1Database, stored: string): Promise<string> {
	if (!stored.includes('"packed_stages":')) return stored;
	const read = alone.safeParse(jsonOf(stored));
	if (!read.success) return stored;
	const { packed_stages, ...plain } = read.data;
	const stages = await unpackBlob(db, z.util.base64ToUint8Array(packed_stages).buffer, "rules");
	return stages === undefined
		? `${stored} cannot be unpacked`
		: JSON.stringify({ ...plain, stages: JSON.parse(stages) });
}

const alone = z.looseObject({ packed_stages: z.base64() });

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The same, for one incident of which only the row is known. */
export async function findFound(db: D1Database, row: FoundTexts & Pick<IncidentRow, "id">): Promise<FoundTexts> {
	const decided = row.explanation.includes('"attempt":')
		? await decidedStatement(db, JSON.stringify([row.id])).first<DecidedRow>()
		: null;
	return await readFound(db, row, decided ?? undefined);
}

/** What is shown instead of the stages that the retention removed. */
export const TRIMMED = JSON.stringify([
	{
		stage: "events",
		round: "first",
		rules: [],
		outcome: "the rules' verdicts were deleted by settings.retention.prompts",
	},
] satisfies Explanation["stages"]);
