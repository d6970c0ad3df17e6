import { describe, expect, it } from "vitest";
import type { Signal } from "../../../pipeline/index.ts";
import { trackSignal } from "../../../worker/ingest/track-signal.ts";
import { stubEffects } from "../support/stub-effects.ts";

function status(reports: "success" | "failure", changes: Partial<Signal> = {}): Signal {
	return {
		reports,
		event: `status_${reports}`,
		delivery_id: `d-${reports}`,
		repository: "5dlabs/cto",
		branch: "fix/parser",
		job: "ci/circleci",
		head_sha: "a".repeat(40),
		occurred_at: "2026-11-22T12:00:00Z",
		...changes,
	};
}

async function conclusionAfter(...signals: readonly Signal[]): Promise<unknown> {
	const stub = stubEffects();
	for (const signal of signals) {
		await trackSignal(stub, { signal, now: stub.clock, reconsider_ms: 0 }, stub.log);
	}
	const { results } = await stub.journal.prepare("SELECT conclusion FROM checks").all();
	return results;
}

describe("signalStatements", () => {
	it.each([
		["a success, then a failure", [status("success"), status("failure")]],
		["a failure, then a success", [status("failure"), status("success")]],
	])("keeps the failure of two results of one moment: %s", async (_what, signals) => {
		expect(await conclusionAfter(...signals)).toEqual([{ conclusion: "failure" }]);
	});

	it("keeps the newer result, whichever arrives first", async () => {
		const [older, newer] = [status("failure"), status("success", { occurred_at: "2026-11-22T12:00:01Z" })];
		expect(await conclusionAfter(older, newer)).toEqual([{ conclusion: "success" }]);
	});

	it("takes a report without a time for news only if it says something else", async () => {
		const stub = stubEffects();
		const { occurred_at: _time, ...failed } = status("failure");
		const times: unknown[] = [];
		for (const signal of [failed, failed, { ...failed, reports: "success" as const }]) {
			await trackSignal(stub, { signal, now: stub.clock, reconsider_ms: 0 }, stub.log);
			const { results } = await stub.journal.prepare("SELECT conclusion, received_at FROM checks").all();
			times.push(...results);
			stub.clock += 1000;
		}
		const began = Date.parse("2026-11-22T12:00:00Z");
		expect(times).toEqual([
			{ conclusion: "failure", received_at: began },
			{ conclusion: "failure", received_at: began },
			{ conclusion: "success", received_at: began + 2000 },
		]);
	});

	it("does not go back to an older one", async () => {
		const [older, newer] = [status("failure"), status("success", { occurred_at: "2026-11-22T12:00:01Z" })];
		expect(await conclusionAfter(newer, older)).toEqual([{ conclusion: "success" }]);
	});
});
