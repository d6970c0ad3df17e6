import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSecrets } from "../../wire/secret.ts";
import { signMessage, verifyMessage } from "../../wire/signature.ts";

const BODY = '{"hello":"wörld"}';
const WHSEC = "whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgb25l";
const TEXT = "any text at all";
const AT = 1_700_000_000;
// printf '%s' 'msg_1.1700000000.{"hello":"wörld"}' | openssl dgst -sha256 -mac HMAC \
//   -macopt hexkey:$(printf 'healer wire test secret one' | xxd -p -c 200) -binary | base64
const BY_WHSEC = "v1,yrTl1SimFFxvbO/NKcM5o+VYKnkTb+OpistkJBRSmsc=";
// printf '%s' 'msg_1.1700000000.{"hello":"wörld"}' | openssl dgst -sha256 -hmac 'any text at all' -binary | base64
const BY_TEXT = "v1,EEU7BaxggTeyAM4XAtb9adLqMGkvBFokmuqwiNcEiVk=";

const headers = (changes: Record<string, string> = {}) =>
	new Headers({ "webhook-id": "msg_1", "webhook-timestamp": String(AT), "webhook-signature": BY_WHSEC, ...changes });

describe("signMessage", () => {
	it("makes the signature that openssl makes with a whsec_ secret", () => {
		expect(signMessage([WHSEC], { id: "msg_1", at: AT, body: BODY })).toEqual({
			"webhook-id": "msg_1",
			"webhook-timestamp": "1700000000",
			"webhook-signature": BY_WHSEC,
		});
	});

	it("makes the signature that openssl makes with any other text as secret", () => {
		expect(signMessage([TEXT], { id: "msg_1", at: AT, body: BODY })["webhook-signature"]).toBe(BY_TEXT);
	});

	it("signs with the first of several secrets", () => {
		expect(signMessage([TEXT, WHSEC], { id: "msg_1", at: AT, body: BODY })["webhook-signature"]).toBe(BY_TEXT);
	});
});

describe("verifyMessage", () => {
	it("accepts openssl's signature by any of the secrets", () => {
		expect(verifyMessage([TEXT, WHSEC], headers(), BODY, AT)).toEqual({ ok: true, id: "msg_1" });
	});

	it("accepts one good signature among several", () => {
		const several = headers({ "webhook-signature": `v2,abc v1,AAAA ${BY_TEXT}` });
		expect(verifyMessage([TEXT], several, BODY, AT)).toEqual({ ok: true, id: "msg_1" });
	});

	it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("misses the header %s", (name) => {
		expect(verifyMessage([WHSEC], headers({ [name]: "" }), BODY, AT)).toEqual({ ok: false, reason: "missing_header" });
	});

	it.each(["soon", "1700000000abc", "-1", "1e9", "1700000000.5"])("refuses the timestamp %s", (timestamp) => {
		const verdict = verifyMessage([WHSEC], headers({ "webhook-timestamp": timestamp }), BODY, AT);
		expect(verdict).toEqual({ ok: false, reason: "bad_timestamp" });
	});

	it("tolerates five minutes both ways and no second more", () => {
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

	it("accepts whatever was signed, by any secret of the receiver", () => {
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
		expect(readSecrets(` ${WHSEC},one\n two `)).toEqual([WHSEC, "one", "two"]);
	});

	it("throws without quoting a secret that is not base64, or when there is none", () => {
		expect(() => readSecrets("whsec_%%%secret")).toThrow(
			"a wire secret starts with whsec_ but what follows is not base64",
		);
		expect(() => readSecrets(" , ")).toThrow("no wire secret is set");
	});
});

function message() {
	return fc.record({
		id: fc.stringMatching(/^[\x21-\x7e]{1,60}$/),
		body: fc.string({ unit: "binary", minLength: 1 }),
	});
}

function secrets(): fc.Arbitrary<[string, string]> {
	const whsec = fc
		.uint8Array({ minLength: 1, maxLength: 64 })
		.map((key) => `whsec_${Buffer.from(key).toString("base64")}`);
	const one = fc.oneof(whsec, fc.stringMatching(/^[a-z0-9]{1,30}$/));
	return fc.tuple(one, one).filter(([a, b]) => a !== b);
}
