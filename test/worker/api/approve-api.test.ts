import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { attemptsTable } from "../../../worker/journal/attempts.ts";
import { insertRow } from "../../../worker/journal/bind-named.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { post, send } from "../support/worker.ts";

async function awaiting(n: number, until = Date.now() + 3_600_000): Promise<string> {
	const id = sampleId(n);
	const stub = stubEffects();
	stub.clock = Date.now() - 60_000;
	await journalIncident(stub, sampleIncident({ id }));
	await env.JOURNAL.prepare("UPDATE incidents SET status = 'awaiting_approval', next_try_at = ?2 WHERE id = ?1")
		.bind(id, until)
		.run();
	const row = {
		incident_id: id,
		attempt: 1,
		agent: "rex",
		failure_type: "rust_clippy",
		rule: "rust",
		coderun_name: "c",
	};
	const decided = {
		request: "{}",
		pipeline: "v",
		decided_at: stub.clock,
		autonomy: "approve",
		approve_until: until,
	} as const;
	await insertRow(env.JOURNAL, attemptsTable, { ...row, ...decided }).run();
	return id;
}

async function trail(id: string) {
	const found = env.JOURNAL.prepare("SELECT who, action, detail FROM audit WHERE target = ?1 ORDER BY id").bind(id);
	return (await found.all()).results;
}

const approve = (id: string, body: unknown = "", changes = {}, headers = {}) =>
	send(post(`/api/incidents/${id}/approve`, body, headers), changes);

describe("approveIncident", () => {
	it("approves once, however many ask at once, and keeps who did and who did not", async () => {
		const id = await awaiting(1);
		const all = await Promise.all(Array.from({ length: 50 }, () => approve(id, { attempt: 1 })));
		expect(all.filter(({ status }) => status === 200).map(({ body }) => body)).toEqual([
			{ status: "waiting", attempt: 1 },
		]);
		expect(all.filter(({ status }) => status === 409)).toHaveLength(49);
		const row = await env.JOURNAL.prepare("SELECT status FROM incidents WHERE id = ?1").bind(id).first();
		expect(row).toEqual({ status: "waiting" });
		const lines = await trail(id);
		expect(lines.filter(({ detail }) => detail === null)).toEqual([
			{ who: "the API token", action: "approve", detail: null },
		]);
		// The same refusal of the same caller is one line.
		expect(
			lines.filter(({ detail }) => String(detail).startsWith("refused: it was approved by the API token")),
		).toHaveLength(1);
	});

	it("refuses what is over, with the reason in the audit trail", async () => {
		const id = await awaiting(2, Date.now() - 1);
		const { status, body } = await approve(id);
		expect([status, body]).toEqual([409, { error: "approval expired" }]);
		expect(await trail(id)).toEqual([{ who: "the API token", action: "approve", detail: "refused: approval expired" }]);
		const row = await env.JOURNAL.prepare("SELECT status, reason FROM incidents WHERE id = ?1").bind(id).first();
		expect(row).toEqual({ status: "cancelled", reason: "approval expired" });
	});

	it("refuses whoever may only read, and keeps that, once", async () => {
		const id = await awaiting(3);
		const reader = { authorization: "Bearer read-1" };
		const tokens = { HEALER_READ_TOKENS: "read-1" };
		for (let n = 0; n < 3; n++) expect((await approve(id, "", tokens, reader)).status).toBe(403);
		expect((await approve(id, "", tokens, { authorization: "Bearer nobody" })).status).toBe(401);
		expect(await trail(id)).toEqual([
			{ who: "a read token", action: "approve", detail: "refused: the right to operate is missing" },
		]);
		expect((await approve(sampleId(99), "", tokens, reader)).status).toBe(403);
		expect(await trail(sampleId(99))).toEqual([]);
	});

	it("refuses another decision than the one that was seen, and bodies that it does not know", async () => {
		const id = await awaiting(4);
		const other = await approve(id, { attempt: 2 });
		expect([other.status, other.body]).toEqual([409, { error: "it was decided again since, as attempt 1" }]);
		for (const body of [{ agent: "rex" }, "[", { attempt: "1" }]) expect((await approve(id, body)).status).toBe(400);
		expect((await approve(sampleId(98))).status).toBe(404);
	});
});
