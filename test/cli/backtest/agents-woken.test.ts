import { describe, expect, it } from "vitest";
import { agentsWoken, type Occurrence } from "../../../cli/backtest/agents-woken.ts";

const HOUR_MS = 3_600_000;

const DAY = { scope: "repository", window_s: 86_400 } as const;

function red(hour: number, changes: Partial<Occurrence> = {}): Occurrence {
	const times = { began_at: hour * HOUR_MS, ended_at: null };
	const never = { flake: "c1", rerun: "no", has_passed_again: false } as const;
	return { repository: "acme/shop", cause: "c1", group: DAY, ...times, ...never, ...changes };
}

/** A failure that passed an hour later, when it was run again. */
function flake(hour: number, changes: Partial<Occurrence> = {}): Occurrence {
	return red(hour, { rerun: "if_flaky", has_passed_again: true, ended_at: (hour + 1) * HOUR_MS, ...changes });
}

const of = (woken: number, grouped: number) => ({ woken, grouped, passed_again: 0, run_again: 0 });

describe("agentsWoken", () => {
	it("wakes one agent for a cause within the window, in whatever order they are exported", () => {
		expect(agentsWoken([red(30), red(3), red(0), red(2)])).toEqual(of(2, 2));
	});

	it("wakes another one once the incident that led has ended", () => {
		expect(agentsWoken([red(0, { ended_at: 2 * HOUR_MS }), red(1), red(3)])).toEqual(of(2, 1));
	});

	it("groups across the repositories of one owner alone, if the policy says so", () => {
		const all = [red(0), red(1, { repository: "Acme/web" }), red(2, { repository: "other/web" })];
		expect(agentsWoken(all)).toEqual(of(3, 0));
		const wide = all.map((one) => ({ ...one, group: { ...DAY, scope: "organization" } as const }));
		expect(agentsWoken(wide)).toEqual(of(2, 1));
	});

	it("wakes one for each where groups are off, or nothing names the cause", () => {
		const off = { group: { ...DAY, scope: "off" } } as const;
		expect(agentsWoken([red(0, off), red(1, off)])).toEqual(of(2, 0));
		expect(agentsWoken([red(0, { group: undefined }), red(1, { group: undefined })])).toEqual(of(2, 0));
		expect(agentsWoken([red(0, { cause: null }), red(1, { cause: null })])).toEqual(of(2, 0));
	});

	it("wakes nobody for what is run again first and passed then", () => {
		const first = red(0, { rerun: "yes", has_passed_again: true, ended_at: HOUR_MS });
		expect(agentsWoken([first, red(0.5)])).toEqual({ woken: 1, grouped: 0, passed_again: 1, run_again: 0 });
	});

	it("wakes one for the first time that a flake is seen, and for none in the 14 days after it passed", () => {
		const days = (count: number) => count * 24;
		expect(agentsWoken([flake(0), flake(2), flake(days(13)), flake(days(40))])).toEqual({
			woken: 2,
			grouped: 0,
			passed_again: 2,
			run_again: 0,
		});
		expect(agentsWoken([flake(0), flake(2, { repository: "acme/web" })])).toMatchObject({ woken: 2, passed_again: 0 });
	});

	it("counts as woken what would be run again first with a result that nobody knows", () => {
		const unknown = red(3, { rerun: "yes", cause: null });
		expect(agentsWoken([red(0), unknown])).toEqual({ woken: 2, grouped: 0, passed_again: 0, run_again: 1 });
	});
});
