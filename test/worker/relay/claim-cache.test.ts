import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createLog } from "../../../worker/log.ts";
import { createClaimCache } from "../../../worker/relay/claim-cache.ts";

const log = createLog({}, () => undefined);
const branch = { name: "branch", key: `5dlabs/cto/${"x".repeat(2000)}`, ttl_s: 600, while_active: true };
const commit = { name: "commit", key: "5dlabs/cto/sha", ttl_s: 60, while_active: false };

describe("createClaimCache", () => {
	it("knows a claim as another's until its time is over, and never as its own holder's", async () => {
		let now = 1000;
		const look = createClaimCache(env.DEDUP, () => now, log);
		await look.remember([commit, branch], "a", "healer-ci-rex-1");

		expect(await look.findConflict([branch], "a")).toBeUndefined();
		expect(await look.findConflict([branch], "b")).toEqual({
			claim: branch,
			holder: { incident_id: "a", coderun_name: "healer-ci-rex-1", until: 601_000 },
		});
		now = 601_000;
		expect(await look.findConflict([branch], "b")).toBeUndefined();
	});

	it("knows nothing when KV fails or holds what it does not understand", async () => {
		const failing = new Proxy(env.DEDUP, {
			get: () => () => Promise.reject(new Error("KV is down")),
		});
		const look = createClaimCache(failing, () => 0, log);
		await look.remember([branch], "a", "healer-ci-rex-1");
		expect(await look.findConflict([branch], "b")).toBeUndefined();
	});
});
