import { describe, expect, it } from "vitest";
import { failedJob } from "../../worker/support/failed-job.ts";
import { heldBody } from "../../worker/support/held-body.ts";
import { signedDelivery } from "../../worker/support/signed-delivery.ts";
import { passTimeUntil, send, statusOf } from "../../worker/support/worker.ts";

const MB = 1024 * 1024;
const URL = "http://127.0.0.1:8787/webhooks/github";
const FORGED = {
	"x-github-event": "push",
	"x-github-delivery": "forged",
	"x-hub-signature-256": `sha256=${"0".repeat(64)}`,
};

describe("a request without the headers of a delivery", () => {
	it.each([
		["no signature", { "x-hub-signature-256": null }, 401],
		["SHA-1 only", { "x-hub-signature-256": null, "x-hub-signature": `sha1=${"0".repeat(40)}` }, 401],
		["half a signature", { "x-hub-signature-256": "sha256=00" }, 401],
		["no event", { "x-github-event": null }, 400],
		["no delivery", { "x-github-delivery": null }, 400],
		["none of them", { "x-github-event": null, "x-github-delivery": null, "x-hub-signature-256": null }, 401],
	])("is answered while its body is still on its way: %s", async (_name, changes, status) => {
		const held = heldBody(new Uint8Array(3 * MB), 1024);
		const request = new Request(URL, { method: "POST", headers: headersWith(changes), body: held.stream });
		expect(await statusOf(request)).toBe(status);
		held.finish();
	});

	it("takes no place of a large delivery", async () => {
		const held = heldBody(new Uint8Array(24 * MB), 20 * MB);
		const headers = headersWith({ "x-hub-signature-256": null });
		const refused = send(new Request(URL, { method: "POST", headers, body: held.stream }));
		await held.isRead;
		const large = await send(signedDelivery({ ...failedJob(), padding: "x".repeat(3 * MB) }));
		expect(large.body.status).toBe("accepted");
		held.finish();
		expect((await refused).status).toBe(401);
	});
});

describe("a forged large body that stalls", () => {
	it("loses its place to the next large delivery", async () => {
		const held = heldBody(new Uint8Array(3 * MB), 2.5 * MB);
		const headers = { ...FORGED, "content-length": String(3 * MB) };
		const stalled = send(new Request(URL, { method: "POST", headers, body: held.stream }));
		await held.isRead;

		const large = { ...failedJob(), padding: "x".repeat(3 * MB) };
		const first = await send(signedDelivery(large));
		expect(first.body.status).toBe("accepted");
		expect((await stalled).status).toBe(408);
	});

	it("loses it, too, when it goes on by a few bytes at a time", async () => {
		const isRead = Promise.withResolvers<void>();
		const dripping = new ReadableStream<Uint8Array>({
			start: (controller) => controller.enqueue(new Uint8Array(2.5 * MB)),
			async pull(controller) {
				isRead.resolve();
				await new Promise((resolve) => setTimeout(resolve, 100));
				controller.enqueue(new Uint8Array(10));
			},
		});
		const headers = { ...FORGED, "content-length": String(3 * MB) };
		const stalled = send(new Request(URL, { method: "POST", headers, body: dripping }));
		await isRead.promise;
		const first = await passTimeUntil(send(signedDelivery({ ...failedJob(), padding: "x".repeat(3 * MB) })));
		expect(first.body.status).toBe("accepted");
		expect((await stalled).status).toBe(408);
	});
});

describe("a small body that stalls", () => {
	it.each([
		["announced", { "content-length": "1000" }],
		["not announced", {}],
	])("ends after ten seconds: %s", async (_name, length) => {
		const held = heldBody(new Uint8Array(1000), 10);
		const stalled = send(new Request(URL, { method: "POST", headers: { ...FORGED, ...length }, body: held.stream }));
		expect((await passTimeUntil(stalled)).status).toBe(408);
	});
});

function headersWith(changes: Readonly<Record<string, string | null>>): Headers {
	const headers = new Headers();
	for (const [name, value] of Object.entries({ ...FORGED, ...changes })) if (value !== null) headers.set(name, value);
	return headers;
}
