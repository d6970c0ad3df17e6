import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { assumeStatement, isWrongAssumption } from "../../../worker/journal/assumptions.ts";

const COUNT = "SELECT count(*) AS count FROM ignored";
const WRITE = "INSERT INTO ignored (day, reason, count) VALUES ('2026-11-22', 'assumed', 1)";

/** Writes if the journal has this many rows. */
async function writeIf(rows: number): Promise<unknown> {
	const assumed = { sql: `(${COUNT}) = :rows`, values: { rows } };
	try {
		await env.JOURNAL.batch([assumeStatement(env.JOURNAL, [assumed]), env.JOURNAL.prepare(WRITE)]);
		return undefined;
	} catch (cause) {
		return cause;
	}
}

it("writes nothing of a transaction whose assumption is wrong, and tells that from other failures", async () => {
	expect(await writeIf(0)).toBe(undefined);
	expect(await env.JOURNAL.prepare(COUNT).first("count")).toBe(1);

	const wrong = await writeIf(0);
	expect(isWrongAssumption(wrong)).toBe(true);
	expect(await env.JOURNAL.prepare(COUNT).first("count")).toBe(1);

	// The row is there already.
	const other = await writeIf(1);
	expect(other).toBeInstanceOf(Error);
	expect(isWrongAssumption(other)).toBe(false);
});
