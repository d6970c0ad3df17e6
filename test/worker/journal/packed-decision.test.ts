import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Explanation } from "../../../pipeline/explanation.ts";
import { createDictionary, forgetDictionaries, keptStatement } from "../../../worker/journal/dictionaries.ts";
import { packBlob, unpackBlob } from "../../../worker/journal/packed-blob.ts";
import {
	explanationAlone,
	packDecision,
	readFound,
	requestBody,
	TRIMMED,
	unpackFacts,
} from "../../../worker/journal/packed-decision.ts";

const RULES = 'kind = \'ci\' and $glob(repository, ["5dlabs/*"]) "verdict":"unknown"';
const PROMPTS = "Find out why the failing step fails, and fix it. Never push to the default branch.";
const DICTIONARY = createDictionary({ rules: RULES, prompts: PROMPTS });
const OTHER = createDictionary({ rules: "other rules", prompts: "other prompts" });

const db = env.JOURNAL;

beforeEach(async () => {
	await keptStatement(db, DICTIONARY, 1_000).run();
	forgetDictionaries();
});

describe("packBlob", () => {
	it.each(["", "short", `${PROMPTS} \ufeff näme \u{1f600} \0`, "x".repeat(100_000)])(
		"gives back %j to the byte, by the dictionary that the journal keeps",
		async (text) => {
			expect(await unpackBlob(db, packBlob(text, DICTIONARY, "prompts"), "prompts")).toBe(text);
			// As D1 returns it.
			const numbers = [...new Uint8Array(packBlob(text, DICTIONARY, "rules"))];
			expect(await unpackBlob(db, numbers, "rules")).toBe(text);
		},
	);

	it("needs few bytes for what its dictionary has", () => {
		expect(packBlob(PROMPTS, DICTIONARY, "prompts").byteLength).toBeLessThan(30);
		expect(packBlob(PROMPTS, OTHER, "prompts").byteLength).toBeGreaterThan(60);
	});

	it("gives nothing for bytes that are damaged, in another format, or of a dictionary that is lost", async () => {
		const blob = new Uint8Array(packBlob(PROMPTS, DICTIONARY, "prompts"));
		const changed = (at: number) => blob.map((byte, n) => (n === at ? byte ^ 1 : byte)).buffer;
		for (let at = 0; at < blob.length; at++) {
			expect(await unpackBlob(db, changed(at), "prompts"), `byte ${at}`).toBeUndefined();
		}
		expect(await unpackBlob(db, blob.buffer, "rules")).toBeUndefined();
		expect(await unpackBlob(db, new ArrayBuffer(0), "rules")).toBeUndefined();
		await db.exec("DELETE FROM dictionaries");
		forgetDictionaries();
		expect(await unpackBlob(db, blob.buffer, "prompts")).toBeUndefined();
	});
});

const REQUEST = {
	...{ incident_id: "0".repeat(32), attempt: 2, agent: "rex", max_active: 1, deadline_s: 7200 },
	claims: [{ name: "branch", key: "a/b|main", ttl_s: 600, while_active: true }],
	coderun: { metadata: { name: "n", namespace: "cto", labels: {}, annotations: {} }, spec: { prompt: PROMPTS } },
};

const EXPLANATION: Explanation = {
	pipeline: "v1",
	because: { agent: "rex", rule: "rust", by: "route_rule" },
	fingerprint: { key: "f".repeat(32), text: "rust_build: error" },
	stages: [{ stage: "filters", round: "first", rules: [{ rule: "own", verdict: "true" }], outcome: "kept" }],
};

const TEXTS = { attempt: 2, request: REQUEST, explanation: EXPLANATION, context: '{"run":{"status":"ok"}}' };

describe("packDecision", () => {
	it("keeps plain what SQL reads: claims and deadline, the fingerprint and the attempt", async () => {
		const { ofAttempt, ofIncident } = await packDecision(TEXTS, DICTIONARY);
		expect(JSON.parse(ofAttempt.request)).toEqual({
			...REQUEST,
			coderun: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
		});
		expect(JSON.parse(ofIncident.explanation)).toEqual({
			...{ pipeline: "v1", stages: [], attempt: 2 },
			fingerprint: { key: "f".repeat(32), text: "rust_build: error" },
		});
	});

	it("gives back the bytes of every send, the context, and the whole explanation", async () => {
		const facts = JSON.stringify({ log: PROMPTS });
		const { ofAttempt, ofIncident } = await packDecision({ ...TEXTS, facts }, DICTIONARY);
		const { body } = ofAttempt;
		expect(await requestBody(db, ofAttempt)).toBe(JSON.stringify(REQUEST));
		expect(ofAttempt.facts && (await unpackFacts(db, { body, facts: ofAttempt.facts }))).toBe(facts);
		const found = await readFound(db, ofIncident, { incident_id: REQUEST.incident_id, ...ofAttempt });
		expect(JSON.parse(found.explanation)).toEqual(EXPLANATION);
		expect(found.context).toBe('{"run":{"status":"ok"}}');
	});

	it("tells apart requests that differ in their prompts alone", async () => {
		const coderun = { ...REQUEST.coderun, spec: { prompt: "another" } };
		const [one, other] = await Promise.all([
			packDecision(TEXTS, DICTIONARY),
			packDecision({ ...TEXTS, request: { ...REQUEST, coderun } }, DICTIONARY),
		]);
		expect(one.ofAttempt.request).not.toBe(other.ofAttempt.request);
	});

	it("gives an incident without an attempt the whole explanation, of which SQL reads all but the stages", async () => {
		const { ofAttempt } = await packDecision(TEXTS, DICTIONARY);
		const explanation = explanationAlone(EXPLANATION, ofAttempt.stages);
		expect(JSON.parse(explanation)).toMatchObject({ because: EXPLANATION.because, stages: [] });
		const found = await readFound(db, { explanation, context: "{}" }, undefined);
		expect(JSON.parse(found.explanation)).toEqual(EXPLANATION);
		const damaged = explanation.replace(/"packed_stages":"[^"]{8}/, '"packed_stages":"AAAAAAAA');
		expect((await readFound(db, { explanation: damaged, context: "{}" }, undefined)).explanation).toMatch(
			/cannot be unpacked$/,
		);
	});

	it("shows who fixes it and why once the retention removed the rules' verdicts", async () => {
		const { ofAttempt, ofIncident } = await packDecision(TEXTS, DICTIONARY);
		const row = { incident_id: REQUEST.incident_id, stages: null, found: ofAttempt.found };
		const found = await readFound(db, ofIncident, row);
		expect(JSON.parse(found.explanation)).toEqual({ ...EXPLANATION, stages: JSON.parse(TRIMMED) });
	});

	it("gives no JSON for what cannot be unpacked, or what it can of an earlier Healer's", async () => {
		const { ofAttempt, ofIncident } = await packDecision(TEXTS, DICTIONARY);
		const damaged = new ArrayBuffer(20);
		expect(await requestBody(db, { ...ofAttempt, body: damaged })).toMatch(/cannot be unpacked$/);
		const row = { incident_id: REQUEST.incident_id, stages: ofAttempt.stages, found: damaged };
		expect((await readFound(db, ofIncident, row)).explanation).toMatch(/cannot be unpacked$/);
		expect(await requestBody(db, { request: JSON.stringify(REQUEST), body: null })).toBe(JSON.stringify(REQUEST));
		expect(await requestBody(db, { request: '{"packed":', body: null })).toBe('{"packed":');
	});
});
