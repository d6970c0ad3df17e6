import { describe, expect, it } from "vitest";
import { explainFetchError, explainStatusBetween } from "../../../worker/http/network-fault.ts";

describe("explainFetchError", () => {
	it("names a host that does not exist, as this runtime tells it", async () => {
		const error = await fetch("http://relay.invalid:8788/v1").catch((cause: unknown) => cause);
		expect(explainFetchError(error, "http://relay.invalid:8788/v1")).toBe(
			"DNS cannot resolve relay.invalid:8788, or its TLS certificate is not trusted",
		);
	});

	it("names a connection that is refused, as this runtime tells it", async () => {
		const error = await fetch("http://127.0.0.1:9/").catch((cause: unknown) => cause);
		expect(explainFetchError(error, "http://127.0.0.1:9/")).toBe("127.0.0.1:9 refused or dropped the connection");
	});

	it("names a time that ran out", () => {
		const late = new DOMException("The operation was aborted due to timeout", "TimeoutError");
		expect(explainFetchError(late, "https://relay.example/v1/spawn")).toBe("relay.example did not answer in time");
	});

	it("names an address that is none", async () => {
		const error = await fetch("ftp://relay.example").catch((cause: unknown) => cause);
		expect(explainFetchError(error, "ftp://relay.example")).toBe("its URL is not http(s)");
	});

	it("shows no credentials of the address", () => {
		expect(explainFetchError(new Error("no way to me:s3cret@relay"), "https://me:s3cret@relay.example")).toBe(
			"no way to [redacted]:[redacted]@relay",
		);
	});
});

describe("explainStatusBetween", () => {
	it("knows Cloudflare's own answers from the relay's", () => {
		expect(explainStatusBetween(530)).toContain("the tunnel has no connector");
		expect(explainStatusBetween(302)).toContain("a login page");
		expect(explainStatusBetween(503)).toBeUndefined();
	});
});
