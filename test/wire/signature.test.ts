import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSecrets } from "../../wire/secret.ts";
import { signMessage, signWithEach, verifyMessage } from "../../wire/signature.ts";
import { anyText } from "../support/any-text.ts";

const BODY = '{"hello":"wörld"}';
const WHSEC = "whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgb25l";
const OTHER = "whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgdHdv";
// 64 bytes.
const LONGEST = `whsec_${"QUFB".repeat(21)}QQ==`;
const AT = 1_700_000_000;
// printf '%s' 'msg_1.1700000000.{"hello":"wörld"}' | openssl dgst -sha256 -mac HMAC \
//   -macopt hexkey:$(printf 'healer wire test secret one' | xxd -p -c 200) -binary | base64
const BY_WHSEC = "v1,yrTl1SimFFxvbO/NKcM5o+VYKnkTb+OpistkJBRSmsc=";
// printf '%s' 'msg_1.1700000000.{"hello":"wörld"}' | openssl dgst -sha256 -hmac 'healer wire test secret two' -binary | base64
const BY_OTHER = "v1,L9KRJI5N0D7ttODpICV2TzJncRirTIvU4LaZ8zR1EB0=";

const headers = (changes: Record<string, string> = {}) =>
	new Headers({ "webhook-id": "msg_1", "webhook-timestamp": String(AT), "webhook-signature": BY_WHSEC, ...changes });

describe("signMessage", () => {
	it("creates the same signature as openssl with a whsec_ secret", () => {
		expect(signMessage([WHSEC], { id: "msg_1", at: AT, body: BODY })).toEqual({
			"webhook-id": "msg_1",
			"webhook-timestamp": "1700000000",
			"webhook-signature": BY_WHSEC,
		});
	});

	it("signs with the first of several secrets", () => {
		expect(signMessage([OTHER, WHSEC], { id: "msg_1", at: AT, body: BODY })["webhook-signature"]).toBe(BY_OTHER);
	});
});

describe("signWithEach", () => {
	// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts
	const published = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330, body: '{"test": 2432232314}' };
	const BY_PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

	it("creates the signature that Standard Webhooks publishes", () => {
		expect(signWithEach(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], published)).toEqual({
			"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
			"webhook-timestamp": "1614265330",
			"webhook-signature": BY_PUBLISHED,
		});
	});

	it("signs with all secrets, separated by a space", () => {
		const signed = signWithEach([WHSEC, OTHER], { id: "msg_1", at: AT, body: BODY });
		expect(signed["webhook-signature"]).toBe(`${BY_WHSEC} ${BY_OTHER}`);
	});
});

describe("verifyMessage", () => {
	it("accepts openssl's signature by any of the secrets", () => {
		expect(verifyMessage([OTHER, WHSEC], headers(), BODY, AT)).toEqual({ ok: true, id: "msg_1" });
	});

	it("accepts one good signature among several", () => {
		const several = headers({ "webhook-signature": `v2,abc v1,AAAA ${BY_OTHER}` });
		expect(verifyMessage([OTHER], several, BODY, AT)).toEqual({ ok: true, id: "msg_1" });
	});

	it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("misses the header %s", (name) => {
		expect(verifyMessage([WHSEC], headers({ [name]: "" }), BODY, AT)).toEqual({ ok: false, reason: "missing_header" });
	});

	it.each(["soon", "1700000000abc", "-1", "1e9", "1700000000.5"])("refuses the timestamp %s", (timestamp) => {
		const verdict = verifyMessage([WHSEC], headers({ "webhook-timestamp": timestamp }), BODY, AT);
		expect(verdict).toEqual({ ok: false, reason: "bad_timestamp" });
	});

	it("tolerates five minutes in both directions, and no second more", () => {
		const at = (now: number) => verifyMessage([WHSEC], headers(), BODY, now);
		expect(at(AT + 300).ok).toBe(true);
		expect(at(AT - 300).ok).toBe(true);
		expect(at(AT + 301)).toEqual({ ok: false, reason: "expired" });
		expect(at(AT - 301)).toEqual({ ok: false, reason: "too_new" });
	});

	it("refuses a signature under another id", () => {
		expect(verifyMessage([WHSEC], headers({ "webhook-id": "msg_2" }), BODY, AT)).toEqual({
			ok: false,
			reason: "forged",
		});
	});

	it("accepts any signed message, by any secret of the receiver", () => {
		return fc.assert(
			fc.property(message(), secrets(), fc.nat(300), ({ id, body }, both, age) => {
				const signed = new Headers(signMessage([both[1]], { id, at: AT, body }));
				expect(verifyMessage(both, signed, body, AT + age)).toEqual({ ok: true, id });
			}),
		);
	});

	it("refuses every flipped bit of a signed body", () => {
		return fc.assert(
			fc.property(message(), secrets(), fc.nat(), fc.integer({ min: 0, max: 7 }), ({ id, body }, [secret], at, bit) => {
				const signed = new Headers(signMessage([secret], { id, at: AT, body }));
				const bytes = Buffer.from(body);
				bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit);
				fc.pre(bytes.toString() !== body);
				expect(verifyMessage([secret], signed, bytes.toString(), AT)).toEqual({ ok: false, reason: "forged" });
			}),
		);
	});

	it("refuses a signature made with another secret", () => {
		return fc.assert(
			fc.property(message(), secrets(), ({ id, body }, [ours, theirs]) => {
				const signed = new Headers(signMessage([theirs], { id, at: AT, body }));
				expect(verifyMessage([ours], signed, body, AT)).toEqual({ ok: false, reason: "forged" });
			}),
		);
	});
});

describe("readSecrets", () => {
	it("separates by whitespace and commas", () => {
		expect(readSecrets(` ${WHSEC},${OTHER}\n ${LONGEST} `)).toEqual([WHSEC, OTHER, LONGEST]);
	});

	it("throws when there is none", () => {
		expect(() => readSecrets(" , ")).toThrow("HEALER_WIRE_SECRETS: no wire secret is set");
	});

	it.each([
		["plain text", "hunter2-and-twenty-more-characters"],
		["base64 without the prefix", WHSEC.slice("whsec_".length)],
		["what is not base64", "whsec_%%%-secret"],
		["base64 without its padding", `whsec_${"QUFB".repeat(8)}QQ`],
		["23 bytes", "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="],
		["65 bytes", `whsec_${"QUFB".repeat(21)}QUE=`],
	])("refuses %s, says how to generate one, and never quotes it", (_, secret) => {
		const refused =
			'is not whsec_ and 24 to 64 bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)"';
		expect(() => readSecrets(secret)).toThrow(new Error(`HEALER_WIRE_SECRETS: the secret ${refused}`));
		expect(() => readSecrets(`${WHSEC} ${secret}`)).toThrow(new Error(`HEALER_WIRE_SECRETS: secret 2 of 2 ${refused}`));
	});
});

function message() {
	return fc.record({
		id: fc.stringMatching(/^[\x21-\x7e]{1,60}$/),
		body: anyText({ minLength: 1 }),
	});
}

function secrets(): fc.Arbitrary<[string, string]> {
	const whsec = fc
		.uint8Array({ minLength: 24, maxLength: 64 })
		.map((key) => `whsec_${Buffer.from(key).toString("base64")}`);
	return fc.tuple(whsec, whsec).filter(([a, b]) => a !== b);
}
