import { sha256Hex } from "../../pipeline/expression/sha256-hex.ts";
import type { RepeatedTexts } from "../../pipeline/index.ts";
import { HOUR_MS } from "../../wire/durations.ts";
import { packJson, unpackJson } from "./packed-json.ts";
import { defineTable, text, time } from "./table.ts";

/** The texts of each pipeline that decisions were packed with. */
export const dictionariesTable = defineTable("dictionaries", {
	/** The beginning of the texts' hash: a dictionary never changes. */
	id: text(),
	/** JSON. */
	texts: text(),
	/** When it was last used, at most an hour ago. */
	used_at: time(),
});

/** What texts are packed with, and what they need to be unpacked. */
export interface Dictionary {
	/** 16 hex digits. */
	readonly id: string;
	readonly rules: Uint8Array;
	readonly prompts: Uint8Array;
	/** As the journal keeps it. */
	readonly stored: string;
}

/** The dictionary of a pipeline's texts. From here on this isolate knows it by its id. */
export function createDictionary(texts: RepeatedTexts): Dictionary {
	const json = JSON.stringify(texts);
	return know(sha256Hex(json).slice(0, 16), texts, packJson(json));
}

/** Keeps a dictionary: belongs in the transaction that stores what was packed with it. */
export function keptStatement(db: D1Database, { id, stored }: Dictionary, now: number): D1PreparedStatement {
	return db.prepare(KEEP).bind(id, stored, now, now - HOUR_MS);
}

const KEEP = `${dictionariesTable.insertValues({ id: "?1", texts: "?2", used_at: "?3" })}
	ON CONFLICT (id) DO UPDATE SET used_at = ?3 WHERE used_at < ?4`;

/**
 * SQL: deletes what nothing is packed with: everything packed belongs to an incident that was created before. `?1`: now; the
 * clocks of two isolates differ by less than a day.
 */
export const PRUNE_DICTIONARIES = `DELETE FROM dictionaries WHERE used_at + 86400000 < coalesce(
	(SELECT min(created_at) FROM incidents), ?1
)`;

// An id is a hash, so an entry is right in whichever journal it is asked for. A release has few pipelines at a time.
const known = new Map<string, Dictionary>();
const MOST_KNOWN = 20;

/** A dictionary by its id; undefined if the journal lost it. */
export async function findDictionary(db: D1Database, id: string): Promise<Dictionary | undefined> {
	const found = known.get(id);
	if (found !== undefined) return found;
	const stored = await db.prepare("SELECT texts FROM dictionaries WHERE id = ?1").bind(id).first<string>("texts");
	return stored === null ? undefined : know(id, JSON.parse(unpackJson(stored)), stored);
}

/** What only this isolate remembers, forgotten: for tests. */
export function forgetDictionaries(): void {
	known.clear();
}

function know(id: string, { rules, prompts }: RepeatedTexts, stored: string): Dictionary {
	const encoder = new TextEncoder();
	const dictionary = { id, rules: encoder.encode(rules), prompts: encoder.encode(prompts), stored };
	const [oldest] = known.keys();
	if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
	known.set(id, dictionary);
	return dictionary;
}
