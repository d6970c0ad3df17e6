import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { relayFetch } from "../../../worker/relay/relay-fetch.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { post, send } from "../support/worker.ts";

const FAILED = {
	workflow_run: { id: 815, name: "CI", conclusion: "failure", head_branch: "main" },
	repository: { full_name: "5dlabs/cto" },
};

describe("relayFetch", () => {
	it("asks the VPC service where there is one, and the Internet not at all", async () => {
		const internet = stubRelay();
		const asked: string[] = [];
		const RELAY = {
			fetch: async (url: URL, init: RequestInit) => {
				asked.push(`${init.method} ${url} ${new Headers(init.headers).has("webhook-signature")}`);
				const { name } = JSON.parse(String(init.body)).coderun.metadata;
				return Response.json({ result: "created", coderun_name: name });
			},
		} as unknown as Fetcher;
		const answer = await send(post("/api/remediate/ci-failure", FAILED), { RELAY });
		expect(answer.body).toMatchObject({ status: "accepted", dedup_status: "new", agent: "atlas" });
		expect(asked).toEqual(["POST http://relay.test/v1/context true", "POST http://relay.test/v1/spawn true"]);
		expect(internet.requests).toEqual([]);
	});

	it("is the runtime's own without", () => {
		expect(relayFetch(env)).toBe(fetch);
	});
});
