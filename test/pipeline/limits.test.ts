import { describe, expect, it } from "vitest";
import { settings } from "../../pipeline/grammar/pipeline-file.ts";
import { describeLimit, type Limit, limitsFor } from "../../pipeline/limits.ts";

const SETTINGS = settings.parse({ repositories: ["acme/*"] });
const plain = { settings: SETTINGS, agents: {} };

describe("limitsFor", () => {
	it("limits nothing unless the pipeline says so", () => {
		expect(limitsFor(plain, "acme/shop", "rex")).toEqual({ limits: [], breaker: {} });
	});

	it("names each limit of the installation, the repository and the agent; what is more specific wins, key by key", () => {
		const policy = {
			...plain,
			limits: {
				active: 10,
				repository: { per_hour: 5, per_day: 20 },
				agent: { per_day: 30, consecutive_failures: 4 },
			},
			agents: { rex: { ...AGENT, limits: { per_day: 7 } } },
			overrides: [{ repositories: ["acme/shop"], limits: { per_hour: 1, consecutive_failures: 3 } }],
		};
		expect(limitsFor(policy, "acme/shop", "rex")).toEqual({
			limits: [
				{ of: "installation", name: null, per: "active", most: 10 },
				{ of: "repository", name: "acme/shop", per: "hour", most: 1 },
				{ of: "repository", name: "acme/shop", per: "day", most: 20 },
				{ of: "agent", name: "rex", per: "day", most: 7 },
			],
			breaker: { repository: 3, agent: 4 },
		});
		expect(limitsFor(policy, "acme/api", "blaze")).toEqual({
			limits: [
				{ of: "installation", name: null, per: "active", most: 10 },
				{ of: "repository", name: "acme/api", per: "hour", most: 5 },
				{ of: "repository", name: "acme/api", per: "day", most: 20 },
				{ of: "agent", name: "blaze", per: "day", most: 30 },
			],
			breaker: { agent: 4 },
		});
	});

	it("keeps `max_per_hour` of a pipeline that an earlier Healer built", () => {
		const earlier = { ...plain, settings: { ...SETTINGS, max_per_hour: 20 } };
		const hour: Limit = { of: "repository", name: "acme/shop", per: "hour", most: 20 };
		expect(limitsFor(earlier, "acme/shop", "rex").limits).toEqual([hour]);
		const unlimited = { repositories: ["acme/shop"], settings: { max_per_hour: 0 } as object };
		expect(limitsFor({ ...earlier, overrides: [unlimited] }, "acme/shop", "rex").limits).toEqual([]);
		expect(limitsFor({ ...earlier, overrides: [unlimited] }, "acme/api", "rex").limits).toHaveLength(1);
	});

	it.each([
		[{ of: "installation", name: null, per: "active", most: 1 }, "1 unfinished CodeRun of this installation"],
		[{ of: "repository", name: "acme/shop", per: "hour", most: 20 }, "20 CodeRuns an hour for acme/shop"],
		[{ of: "agent", name: "rex", per: "day", most: 2 }, "2 CodeRuns a day for agent rex"],
	] as const)("says %o in words", (limit, words) => {
		expect(describeLimit(limit)).toBe(words);
	});
});

const AGENT = {
	github_app: "Acme-Rex",
	cli: "claude",
	model: "m",
	prompt: "rust-fix",
	max_active: 1,
	tools: { local: [], remote: [] },
} as const;
