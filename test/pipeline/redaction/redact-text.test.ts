import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactText } from "../../../pipeline/redaction/redact-text.ts";
import { cpuSeconds } from "../../support/cpu-seconds.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { JWT, made, PLANTED, pem } from "./planted-secrets.ts";

/** Expects that no usefully long part of a secret remains. */
function expectNothingOf(secret: string, text: string, part = 12): void {
	// One assertion for all parts: each costs more than the redaction.
	const parts = Array.from({ length: secret.length - part + 1 }, (_, at) => secret.slice(at, at + part));
	expect(parts.filter((one) => text.includes(one))).toEqual([]);
	if (secret.length < part) expect(text).not.toContain(secret);
}

const KEY = pem("RSA PRIVATE KEY", 12, 300);
const KEY_BODY = KEY.split("\n").slice(1, -1);

describe("redactText", () => {
	it.each(PLANTED.map((planted, at) => [`${at} ${planted.kind}`, planted] as const))(
		"shows the kind of a secret and nothing else, at any position: %s",
		(_, { kind, secret, text }) => {
			for (const around of [text, `before\n${text}\nafter`, `${text}\r\n\r\n`]) {
				const redacted = redactText(around);
				expectNothingOf(secret, redacted);
				expect(redacted).toContain(`[redacted: ${kind}]`);
				expect(redactText(redacted)).toBe(redacted);
				expect(redacted.split("\n")).toHaveLength(around.split("\n").length);
			}
		},
	);

	it("sees what a reader sees: nothing invisible cuts a secret, and other lines keep what is invisible", () => {
		const [start, end] = [`gh${"p_"}${made(18, 1)}`, made(18, 2)];
		for (const invisible of ["\u200b", "\u00ad", "\u202e", "\u0000", "\u001b[1m", "\u{e0041}"]) {
			expect(redactText(`a${invisible}b\nuse ${start}${invisible}${end} now\nc\u200bd`)).toBe(
				`a${invisible}b\nuse [redacted: github token] now\nc\u200bd`,
			);
			expect(redactText(`pass${invisible}word: tr0ub4dor`)).toBe("password: [redacted: password]");
		}
	});

	it("has more than 20 kinds planted", () => {
		expect(new Set(PLANTED.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(20);
	});

	it.each([
		"NPM_TOKEN: ***",
		"http.https://github.com/.extraheader AUTHORIZATION: basic ***",
		"password=***",
		"https://x-access-token:***@github.com/o/r",
		`token: $${"{{"} secrets.NPM_TOKEN }}`,
		"PASSWORD=$DB_PASSWORD",
		'password: "{{ .Values.password }}"',
		"      --token string   Bearer token for authentication",
		"GITHUB_TOKEN Permissions: id-token: write",
		"const token = parser.next();",
		"password: string;",
		"error: unexpected token: `}`",
		"  --> src/secret.rs:12:9",
		"max_tokens=4096 total_tokens: 53",
		"secret/regcred created",
		"Run docker/login-action@v3",
	])("leaves masks, variables and words about secrets alone: %s", (line) => {
		expect(redactText(line)).toBe(line);
	});

	it.each([
		"9c1f2b7e5d3a4c6b8e0f1a2b3c4d5e6f7a8b9c0d",
		"Digest: sha256:8f1c2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbccddeeff0",
		'"integrity": "sha512-9kX1y0v0Qm2v8ZlqVt7n5mYxkq3y1c6Qz8e4d9b0T2wU7rLh5fPjA6sGdKqWvXcZn1oRbTyMu3iEaS4hJ8lFgw==",',
		"https://registry.npmjs.org/@scope/name/-/name-1.2.3.tgz",
		"72d3162e-cc78-11e3-81ab-4c9367dc0958",
		"Compiling proc-macro2 v1.0.28",
		"ghcr.io/5dlabs/controller:1.9.0@sha256:8f1c2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbccddeeff0",
		"Cache restored from key: Linux-cargo-9c1f2b7e5d3a4c6b8e0f1a2b3c4d5e6f7a8b9c0d",
		"8f1c2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbccddeeff0  dist/app.tar.gz",
	])("leaves digests, ids and addresses alone: %s", (line) => {
		expect(redactText(line)).toBe(line);
	});

	it("changes none of a thousand ordinary lines", () => {
		const lines = readFileSync("test/cases/logs/ordinary.log", "utf8").trim().split("\n");
		expect(lines.length).toBeGreaterThan(1000);
		expect(lines.filter((line) => redactText(line) !== line)).toEqual([]);
		expect(redactText(lines.join("\n")).split("\n")).toHaveLength(lines.length);
	});

	it("keeps the surroundings of a secret: the user, the host, the next field", () => {
		expect(redactText(`postgres://app:${made(12, 1)}@db:5432/x failed`)).toBe(
			"postgres://app:[redacted: password]@db:5432/x failed",
		);
		expect(redactText(`GET /a?token=${made(20, 2)}&page=2`)).toBe("GET /a?token=[redacted: token]&page=2");
		expect(redactText(`curl -H "Authorization: Bearer ${JWT}" https://x`)).toBe(
			'curl -H "Authorization: Bearer [redacted: jwt]" https://x',
		);
	});

	it("redacts a private key cut anywhere, to the text's edge, and counts the same lines", () => {
		const lines = `before\n${KEY}\nafter it`.split("\n");
		for (let from = 0; from < lines.length; from++) {
			for (let to = from + 1; to <= lines.length; to++) {
				const redacted = redactText(lines.slice(from, to).join("\n"));
				for (const body of KEY_BODY.slice(0, -1)) expectNothingOf(body, redacted);
				expect(redacted.split("\n")).toHaveLength(to - from);
			}
		}
		expect(redactText(lines.join("\n")).split("\n").at(-1)).toBe("after it");
	});

	it("redacts a key with a time and a container's name before each line, and keeps those", () => {
		const lines = KEY.split("\n").map((line, at) => `2026-11-20T09:12:0${at % 10}Z web-1: ${line}`);
		const redacted = redactText(lines.join("\n")).split("\n");
		for (const body of KEY_BODY) expectNothingOf(body, redacted.join("\n"));
		expect(redacted[0]).toBe("2026-11-20T09:12:00Z web-1: [redacted: private key]");
		expect(redacted[3]).toBe("2026-11-20T09:12:03Z web-1: [redacted: private key]");
	});

	it("redacts a key whose middle lines an excerpt left out", () => {
		const [begin = "", first = "", second = ""] = KEY.split("\n");
		expect(redactText(`x: ${begin}\n${first}\n[... 9 lines cut ...]\n${second}`)).toBe(
			"x: [redacted: private key]\n[redacted: private key]\n[... 9 lines cut ...]\n[redacted: private key]",
		);
	});

	it("redacts the rest of a token that was cut at its end", () => {
		for (const { secret, text } of PLANTED) {
			for (let end = 0; end <= text.length; end++) expectNothingOf(secret, redactText(text.slice(0, end)), 20);
		}
	});

	it("is idempotent, and keeps every line end, for any text", () => {
		const words = PLANTED.flatMap(({ text, secret }) => [text, secret]);
		const bits = [
			"token=",
			"password: ",
			'"',
			"'",
			"\\",
			"\n",
			"\r\n",
			" ",
			"=",
			":",
			"[redacted: token]",
			"[redacted",
			"***",
		];
		const part = fc.oneof(fc.constantFrom(...words), fc.constantFrom(...bits), fc.string({ maxLength: 8 }));
		fc.assert(
			fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
				const text = parts.join("");
				const once = redactText(text);
				expect(redactText(once)).toBe(once);
				expect(once.match(/\n/g)?.length).toBe(text.match(/\n/g)?.length);
				expect(once.length).toBeLessThanOrEqual(30 * text.length + 100);
			}),
			{ numRuns: runs(1000) },
		);
	});

	it("takes only seconds on texts designed to be slow", () => {
		const units = [
			'password="',
			"token='a",
			"https://a:",
			"xoxb-a-",
			"SG.aaaaaaaaaa.",
			"login ",
			"mysql ",
			"key,,,",
			"eyJaaaaaaaa.",
			"eyJ",
			"EAA",
			"xsk-aaaaaaaaaaaaaaaaaaaaa",
			"AZDO",
			".atlasv1.",
			"a.atlasv1",
			"sk.eyJa",
			"| password ",
			"|---",
			"<a>",
			"<password>a",
			"<password ",
			"<<< 'token",
			"echo a |",
			"token=f(",
			"token=a.",
			"password ",
			"password is ",
			"password=<a ",
			"machine login ",
			"a:5432:a:",
			"a:@tcp(",
			"&quot;token&quot;:",
			"name=token,",
			"::add-mask::",
			"\u200b",
			"\u001b]8;;",
			"\u001b[token=",
			"Private-Lines: 9\n",
			"password: |\n  a\n",
			"password:\n",
			"| password |\n|---|\n",
		];
		for (const unit of [
			...units,
			"a",
			"-----BEGIN PRIVATE KEY-----",
			"mongodb://a:b@c/?",
			"token=[redacted: x]",
			" \n",
		]) {
			const text = unit.repeat(Math.ceil(runs(102_400, 40_000) / unit.length));
			expect(cpuSeconds(() => redactText(text))).toBeLessThan(3);
		}
	});
});
