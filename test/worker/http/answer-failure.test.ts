import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { router } from "../../../worker/router.ts";

/** A journal whose every call fails so. */
function failingJournal(message: string): D1Database {
	const fail = () => {
		throw new Error(message);
	};
	return { prepare: fail, batch: fail, exec: fail, withSession: fail, dump: fail };
}

async function status(message: string) {
	const request = new Request("http://127.0.0.1/api/insights");
	const response: Response = await router.fetch(
		request,
		{ ...env, JOURNAL: failingJournal(message) },
		createExecutionContext(),
	);
	return [response.status, await response.json()];
}

describe("a request that the journal fails", () => {
	it("is answered with the cause and the cure", async () => {
		expect(await status("D1_ERROR: no such table: pauses: SQLITE_ERROR")).toEqual([
			503,
			{
				error:
					"The journal lacks tables or columns that this worker needs. Apply the migrations: npx wrangler d1 migrations apply healer-journal --remote; npm start applies its own.",
			},
		]);
		expect(await status("internal error; reference = hh94e22gq9vgg01r297sh63r")).toEqual([
			503,
			{
				error: expect.stringMatching(
					/^The journal's storage failed without giving a reason\. On this machine, hub\.log names the reason/,
				),
			},
		]);
	});

	it("says nothing of a bug", async () => {
		expect(await status("secret of somebody")).toEqual([500, { error: "internal error" }]);
	});
});
