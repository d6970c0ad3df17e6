import { describe, expect, it, onTestFinished } from "vitest";
import { serveRelay } from "../../relay/serve-relay.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

describe("serveRelay", () => {
	it("lets requests wait for a relay that is still being made, with their bodies", async () => {
		const making = Promise.withResolvers<{ fetch(request: Request): Promise<Response> }>();
		const server = await serveRelay(making.promise, LOOPBACK);
		onTestFinished(server.close);
		const bodies = ["one", "x".repeat(200_000)];
		const asked = bodies.map((body) => fetch(`${server.url}/v1/spawn`, { method: "POST", body }));
		making.resolve({ fetch: async (request) => new Response(`${request.method} ${await request.text()}`) });
		const answers = await Promise.all(asked.map(async (answer) => await (await answer).text()));
		expect(answers).toEqual(bodies.map((body) => `POST ${body}`));
	});

	it("ends the connections if the relay cannot be made", async () => {
		const server = await serveRelay(Promise.reject(new Error("no cluster is configured")), LOOPBACK);
		onTestFinished(server.close);
		await expect(fetch(`${server.url}/livez`)).rejects.toThrow("fetch failed");
	});
});
