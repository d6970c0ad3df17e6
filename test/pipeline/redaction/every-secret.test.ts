import { describe, expect, it } from "vitest";
import { redactText } from "../../../pipeline/redaction/redact-text.ts";
import { SHAPES } from "../../../pipeline/redaction/token-shapes.ts";
import { fill } from "../../support/random-text.ts";
import { seededChance } from "../../support/seeded-chance.ts";
import { halfSurvives } from "./half-survives.ts";
import { ADDRESSES, FORMS, KINDS, secretSample, TOKENS } from "./secret-samples.ts";
import { UNSEEN_KINDS, unseenSecret } from "./unseen-secrets.ts";

/** The same samples in each run: of random ones, one in many thousands looks like a name. */
const SEED = 16;
const SAMPLES = 1000;

describe("secrets by kind and surrounding", () => {
	it("has more than 90 kinds", () => {
		expect(new Set(KINDS).size).toBeGreaterThanOrEqual(300);
		expect(UNSEEN_KINDS).toBeGreaterThanOrEqual(200);
	});

	it("leaves none of 1,000", () => {
		const chance = seededChance(SEED);
		const samples = Array.from({ length: SAMPLES }, (_, at) => secretSample(at, chance));
		const survivors = samples.filter(({ text, secret }) => halfSurvives(redactText(text), [secret]));
		expect(survivors).toEqual([]);
	});

	it("leaves none of 1,000 that were made without looking at the rules", () => {
		const chance = seededChance(SEED);
		const samples = Array.from({ length: SAMPLES }, (_, at) => unseenSecret(at, chance));
		const survivors = samples.filter(({ text, secrets }) => halfSurvives(redactText(text), secrets));
		expect(survivors).toEqual([]);
	});

	it("changes nothing when it redacts again, and keeps the lines", () => {
		const chance = seededChance(SEED);
		for (let at = 0; at < SAMPLES; at++) {
			const { text } = secretSample(at, chance);
			const redacted = redactText(text);
			expect(redactText(redacted)).toBe(redacted);
			expect(redacted.split("\n")).toHaveLength(text.split("\n").length);
		}
	});
});

describe("a token of each prefix and form", () => {
	const chance = seededChance(SEED);

	it.each(TOKENS)("becomes one mark with the word redacted: %s", (template) => {
		expect(redactText(`got ${fill(template, chance)} here`)).toMatch(/^got \[redacted: [a-z0-9 ]+\] here$/);
	});

	it.each([...ADDRESSES, ...FORMS])("is marked in its place: %s", (template) => {
		const { text, secret } = secretSample(KINDS.indexOf(template), chance);
		const redacted = redactText(text);
		expect(redacted).toMatch(/\[redacted: [a-z0-9 ]+\]/);
		expect(halfSurvives(redacted, [secret])).toBe(false);
	});

	it("knows no prefix without a sample here", () => {
		const prefixes = SHAPES.flatMap((shape) => shape.prefixes);
		expect(prefixes.filter((prefix) => !TOKENS.some((template) => template.includes(prefix)))).toEqual([]);
	});
});
