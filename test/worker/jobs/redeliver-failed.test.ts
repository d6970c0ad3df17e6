import { describe, expect, it, vi } from "vitest";
import { showRedelivery } from "../../../worker/api/show-status.ts";
import type { GitHub, GitHubAnswer } from "../../../worker/github/github.ts";
import { redeliverFailed } from "../../../worker/jobs/redeliver-failed.ts";
import { createLog } from "../../../worker/log.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Listed {
	readonly guid: string;
	/** Milliseconds before the stub's start. */
	readonly ago: number;
	readonly status_code?: number;
	readonly redelivery?: boolean;
	readonly id?: number | bigint;
}

/** GitHub's list and asks; both may be told to fail. Two entries a page, so that little makes many pages. */
function stubGitHub(stub: Stub, listed: Listed[]) {
	const asked: string[] = [];
	const listings: (string | undefined)[] = [];
	const start = stub.clock;
	const state = {
		asked,
		listings,
		listed,
		failure: undefined as (GitHubAnswer<never> & { readonly ok: false }) | undefined,
		refuses: undefined as ((id: string) => (GitHubAnswer<never> & { readonly ok: false }) | undefined) | undefined,
	};
	const asApp = async (route: string, parameters: Record<string, unknown>): Promise<GitHubAnswer<unknown>> => {
		if (route.startsWith("POST")) {
			asked.push(String(parameters.delivery_id));
			return state.refuses?.(String(parameters.delivery_id)) ?? { ok: true, value: {}, status: 202, headers: {} };
		}
		const cursor = parameters.cursor === undefined ? undefined : String(parameters.cursor);
		listings.push(cursor);
		if (state.failure !== undefined) return state.failure;
		const all = state.listed.toSorted((a, b) => a.ago - b.ago);
		const from = Number(cursor ?? 0);
		const value = all.slice(from, from + 2).map((one, at) => entry(one, from + at, start));
		const link = `<https://api.github.com/app/hook/deliveries?per_page=100&cursor=${from + 2}>; rel="next"`;
		return { ok: true, value, status: 200, headers: from + 2 < all.length ? { link } : {} };
	};
	const github = { asApp } as unknown as GitHub;
	return { state, effects: { ...stub, now: () => stub.clock, github } };
}

function entry({ guid, ago, status_code = 502, redelivery = false, id }: Listed, at: number, start: number) {
	const delivered_at = new Date(start - ago).toISOString();
	const rest = { event: "workflow_job", action: "completed", installation_id: 1, repository_id: 2, status: "x" };
	return { id: id ?? 1000 + at, guid, delivered_at, redelivery, status_code, duration: 0.1, ...rest };
}

const limited = (until: number) => ({ ok: false, failure: { reason: "rate_limited", until } }) as const;
const gone = { ok: false, failure: { reason: "not_found", detail: "404" } } as const;

describe("redeliverFailed", () => {
	it("asks once for each guid that never got a 2xx, the oldest first", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [
			{ guid: "failed", ago: 3 * HOUR, id: 1 },
			{ guid: "failed-twice", ago: 2 * HOUR, id: 2 },
			{ guid: "failed-twice", ago: HOUR, id: 3, redelivery: true, status_code: 0 },
			{ guid: "fine", ago: 2 * HOUR, status_code: 202 },
			{ guid: "came-later", ago: 2 * HOUR, status_code: 500 },
			{ guid: "came-later", ago: HOUR, status_code: 202, redelivery: true },
			{ guid: "refused-after-it-came", ago: 2 * HOUR, status_code: 200 },
			{ guid: "refused-after-it-came", ago: HOUR, status_code: 503, redelivery: true },
		]);
		await redeliverFailed(effects);
		expect(state.listings).toEqual([undefined, "2", "4", "6"]);
		expect(state.asked).toEqual(["1", "3"]);
		expect(await showRedelivery(effects)).toEqual({
			configured: true,
			pending: 2,
			recovered: 1,
			lost: 0,
			requests: 2,
			scanned_at: "2026-11-22T12:00:00.000Z",
			waits_until: null,
			problem: null,
		});
	});

	it("asks by all digits of a number that JavaScript would round", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [{ guid: "g", ago: HOUR, id: 9_007_199_254_740_993n }]);
		await redeliverFailed(effects);
		expect(state.asked).toEqual(["9007199254740993"]);
	});

	it("asks later and later again while nothing arrives, and ends when it did", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [{ guid: "g", ago: HOUR, id: 1 }]);
		const start = stub.clock;
		const times: number[] = [];
		for (const minute of [0, 1, 2, 7, 8, 25, 26, 79, 80, 241, 242, 601, 602, 961, 962]) {
			stub.clock = start + minute * MINUTE;
			const before = state.asked.length;
			await redeliverFailed(effects);
			if (state.asked.length > before) times.push(minute);
		}
		expect(times).toEqual([0, 2, 8, 26, 80, 242, 602, 962]);
		state.listed.push({ guid: "g", ago: -24 * HOUR, status_code: 202, redelivery: true });
		stub.clock = start + 36 * HOUR;
		await redeliverFailed(effects);
		expect(state.asked).toHaveLength(8);
		expect(await showRedelivery(effects)).toMatchObject({ pending: 0, recovered: 1, requests: 8 });
	});

	it("lists only what is new since the last look", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [
			{ guid: "a", ago: 5 * HOUR, status_code: 200 },
			{ guid: "b", ago: 4 * HOUR, status_code: 200 },
			{ guid: "c", ago: 3 * HOUR, status_code: 200 },
			{ guid: "d", ago: 2 * HOUR, status_code: 200 },
		]);
		await redeliverFailed(effects);
		expect(state.listings).toEqual([undefined, "2"]);
		stub.clock += MINUTE;
		await redeliverFailed(effects);
		expect(state.listings).toEqual([undefined, "2", undefined]);
	});

	it("finds what failed during days in which nobody looked", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, []);
		await redeliverFailed(effects);
		stub.clock += 60 * HOUR;
		for (let n = 1; n <= 7; n++) state.listed.push({ guid: `g${n}`, ago: -n * 8 * HOUR, id: n });
		await redeliverFailed(effects);
		expect(state.asked).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
	});

	it("goes on in the next run where the time of the one before was over, and asks for nothing before it is through", async () => {
		const stub = stubEffects();
		const listed = [1, 2, 3, 4, 5, 6].map((n) => ({ guid: `g${n}`, ago: n * HOUR, id: n }));
		const { state, effects } = stubGitHub(stub, listed);
		const slow = { ...effects, now: () => (stub.clock += 15_000) };
		await redeliverFailed(slow);
		const seen = state.listings.length;
		expect(seen).toBeLessThan(3);
		expect(state.asked).toEqual([]);
		stub.clock += MINUTE;
		await redeliverFailed(effects);
		expect(state.listings[seen]).toBe(String(2 * seen));
		expect(state.asked).toEqual(["6", "5", "4", "3", "2", "1"]);
	});

	it("waits until GitHub's time when it is limited, whichever request it was, and counts no ask for that", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(
			stub,
			[1, 2, 3].map((n) => ({ guid: `g${n}`, ago: n * HOUR, id: n })),
		);
		const until = stub.clock + 20 * MINUTE;
		state.refuses = (id) => (id === "2" ? limited(until) : undefined);
		await redeliverFailed(effects);
		expect(state.asked).toEqual(["3", "2"]);
		expect(await showRedelivery(effects)).toMatchObject({
			pending: 3,
			requests: 1,
			waits_until: "2026-11-22T12:20:00.000Z",
			problem: "GitHub's rate limit, until 2026-11-22T12:20:00.000Z",
		});
		state.refuses = undefined;
		stub.clock += 19 * MINUTE;
		await redeliverFailed(effects);
		expect(state.asked).toHaveLength(2);
		stub.clock += MINUTE;
		await redeliverFailed(effects);
		expect(state.asked).toEqual(["3", "2", "3", "2", "1"]);
		expect(await showRedelivery(effects)).toMatchObject({ requests: 4, waits_until: null, problem: null });
	});

	it("gives up what GitHub has no more, and goes on with the rest", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [
			{ guid: "older-than-a-week", ago: 8 * 24 * HOUR, id: 1 },
			{ guid: "gone", ago: 70 * HOUR, id: 2 },
			{ guid: "there", ago: HOUR, id: 3 },
		]);
		state.refuses = (id) => (id === "2" ? gone : undefined);
		await redeliverFailed(effects);
		expect(state.asked).toEqual(["2", "3"]);
		expect(await showRedelivery(effects)).toMatchObject({ pending: 1, lost: 2, requests: 2 });
	});

	it("wants nothing that the journal has, although GitHub got no answer in time", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: sampleId(1), delivery_id: "known" }));
		const { state, effects } = stubGitHub(stub, [{ guid: "known", ago: HOUR, status_code: 504 }]);
		await redeliverFailed(effects);
		expect(state.asked).toEqual([]);
		expect(await showRedelivery(effects)).toMatchObject({ pending: 0, recovered: 1 });
	});

	it("looks once at a time and once a minute", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [{ guid: "g", ago: HOUR, id: 1 }]);
		await Promise.all([redeliverFailed(effects), redeliverFailed(effects)]);
		stub.clock += 20_000;
		await redeliverFailed(effects);
		expect(state.listings).toHaveLength(1);
		expect(state.asked).toEqual(["1"]);
	});

	it("keeps what it knows when GitHub is down or answers nonsense, and says so", async () => {
		const stub = stubEffects();
		const { state, effects } = stubGitHub(stub, [{ guid: "g", ago: HOUR, id: 1 }]);
		state.failure = { ok: false, failure: { reason: "unavailable", detail: "502" } };
		await redeliverFailed(effects);
		expect(await showRedelivery(effects)).toMatchObject({ problem: "GitHub gave no usable answer: 502" });
		state.failure = undefined;
		stub.clock += 2 * MINUTE;
		await redeliverFailed(effects);
		expect(state.asked).toEqual(["1"]);
	});

	it("says once that there is no App, and asks nobody", async () => {
		// Once for each isolate: other files may have had it said.
		vi.resetModules();
		const { redeliverFailed } = await import("../../../worker/jobs/redeliver-failed.ts");
		const stub = stubEffects();
		const lines: string[] = [];
		const effects = { ...stub, github: undefined, log: createLog({}, (line) => lines.push(line)) };
		await redeliverFailed(effects);
		await redeliverFailed(effects);
		expect(lines.map((line) => JSON.parse(line))).toEqual([
			{
				time: expect.any(String),
				level: "info",
				message: "failed deliveries not scanned: no GitHub App is configured",
			},
		]);
		expect(await showRedelivery(effects)).toEqual({ configured: false });
	});
});
