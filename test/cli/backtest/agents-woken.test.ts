import { describe, expect, it } from "vitest";
import { agentsWoken, type Occurrence } from "../../../cli/backtest/agents-woken.ts";

const HOUR_MS = 3_600_000;

function red(hour: number, changes: Partial<Occurrence> = {}): Occurrence {
	return { repository: "acme/shop", cause: "c1", began_at: hour * HOUR_MS, ended_at: null, ...changes };
}

const DAY = { scope: "repository", window_s: 86_400 } as const;

describe("agentsWoken", () => {
	it("wakes one agent for a cause within the window, in whatever order they are exported", () => {
		expect(agentsWoken([red(30), red(3), red(0), red(2)], DAY)).toEqual({ woken: 2, grouped: 2 });
	});

	it("wakes another one once the incident that led has ended", () => {
		expect(agentsWoken([red(0, { ended_at: 2 * HOUR_MS }), red(1), red(3)], DAY)).toEqual({ woken: 2, grouped: 1 });
	});

	it("groups across the repositories of one owner alone, if the policy says so", () => {
		const all = [red(0), red(1, { repository: "Acme/web" }), red(2, { repository: "other/web" })];
		expect(agentsWoken(all, DAY)).toEqual({ woken: 3, grouped: 0 });
		expect(agentsWoken(all, { ...DAY, scope: "organization" })).toEqual({ woken: 2, grouped: 1 });
	});

	it("wakes one for each where groups are off, or nothing names the cause", () => {
		expect(agentsWoken([red(0), red(1)], { ...DAY, scope: "off" })).toEqual({ woken: 2, grouped: 0 });
		expect(agentsWoken([red(0), red(1)], undefined)).toEqual({ woken: 2, grouped: 0 });
		expect(agentsWoken([red(0, { cause: null }), red(1, { cause: null })], DAY)).toEqual({ woken: 2, grouped: 0 });
	});
});
