import { describe, expect, it } from "vitest";
import { verifySignature } from "../../../worker/ingest/verify-signature.ts";

const SECRETS = ["the-new-secret", "the-old-secret"];
const BODY = received('{"zen":"Keep it logically awesome."}');

// Every signature here: printf '%b' BODY | openssl dgst -sha256 -hmac SECRET
const WITH_NEW = "sha256=c860e5af4c801c08c4eba08426b1ef511c3e3303244b1323dda55d95dd2d4d37";
const WITH_OLD = "sha256=1be4a5dd014571ba0e598c9b2d25034b6b6b121b58b136eb474466636b2f2203";

describe("verifySignature", () => {
	it("accepts a signature made with any of the secrets", async () => {
		expect(await verifySignature(SECRETS, BODY, WITH_NEW)).toBe(true);
		expect(await verifySignature(SECRETS, BODY, WITH_OLD)).toBe(true);
	});

	it("rejects a signature made with another secret", async () => {
		expect(await verifySignature(["the-new-secret"], BODY, WITH_OLD)).toBe(false);
	});

	it("rejects every signature when there is no secret", async () => {
		expect(await verifySignature([], BODY, WITH_NEW)).toBe(false);
	});

	it("rejects a body with one byte changed", async () => {
		expect(await verifySignature(SECRETS, received('{"zen":"Keep it logically awesome!"}'), WITH_NEW)).toBe(false);
	});

	it("verifies the bytes as they were received when they are not UTF-8", async () => {
		const signature = "sha256=896d6ff594e39b314346090e5aa36dd1fa27f784c58429ebcc98ac6a5d79cd50";
		const body = new Uint8Array([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
		expect(await verifySignature(SECRETS, received(body), signature)).toBe(true);
		// What a lenient decoder would make of them.
		expect(await verifySignature(SECRETS, received('{"a":"\ufffd\ufffd"}'), signature)).toBe(false);
	});

	it("verifies a byte order mark, too", async () => {
		const signature = "sha256=4329b31fb88634be7693ef4800a8761cb45018717278bc4b13fd169b00d9ba88";
		expect(await verifySignature(SECRETS, received(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])), signature)).toBe(
			true,
		);
		expect(await verifySignature(SECRETS, received("{}"), signature)).toBe(false);
	});

	it("verifies an empty body", async () => {
		const signature = "sha256=28a099ad3238fb11a08f42dfe049d3e835677340b497b515a75642e1f05ebccf";
		expect(await verifySignature(SECRETS, received(new Uint8Array()), signature)).toBe(true);
		expect(await verifySignature(SECRETS, received(new Uint8Array()), WITH_NEW)).toBe(false);
	});

	it.each([
		["none", null],
		["an empty one", ""],
		["SHA-1", "sha1=9b00812ee55207982aae2037634e5a169a342e03"],
		["no algorithm", WITH_NEW.slice("sha256=".length)],
		["one digit short", WITH_NEW.slice(0, -1)],
		["another digit between", `${WITH_NEW.slice(0, 20)}g${WITH_NEW.slice(20)}`],
		["two at once", `${WITH_NEW}, ${WITH_NEW}`],
		["not hex", `sha256=${"z".repeat(64)}`],
	])("rejects a malformed signature: %s", async (_name, signature) => {
		expect(await verifySignature(SECRETS, BODY, signature)).toBe(false);
	});
});

function received(body: Uint8Array | string): Uint8Array {
	return typeof body === "string" ? new TextEncoder().encode(body) : body;
}
