import { describe, expect, it } from "vitest";
import { notify } from "../../cli/notify.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_OPERATE_TOKENS: "o-1", HEALER_READ_TOKENS: "r-1" };

const ONCALL = {
	...{ name: "oncall", to: "slack", on: ["dead"], host: "hooks.slack.com", problem: null },
	...{ pending: 0, failing: 0, failed: 0, oldest_at: null, failing_since: null, last_error: null, next_try_at: null },
	sent_at: "2026-11-22T12:00:00.000Z",
};
const HOOK = { ...ONCALL, name: "hook", to: "webhook", host: null, problem: "HEALER_NOTIFY_HOOK_URL is not set" };
const DOWN = {
	...HOOK,
	name: "down",
	host: "a.test",
	problem: null,
	pending: 2,
	failing_since: "2026-11-22T12:00:00.000Z",
};

describe("notify list", () => {
	it("shows how each target fares, and exits with 1 if nothing arrives at one", async () => {
		const notifications = [ONCALL, HOOK, { ...DOWN, last_error: "a.test answered \u001b[31m503" }];
		const { url, asked, authorizations } = await stubWorker(() => ({ body: { notifications } }));
		const output = recordedOutput();
		expect(await notify("list", undefined, { url }, ENV, output)).toBe(1);
		expect([asked, authorizations]).toEqual([["/api/status"], ["Bearer r-1"]]);
		expect(output.lines).toEqual([
			"Target  To       Host             State       Pending  Given up  Last sent",
			"oncall  slack    hooks.slack.com  ok          0        0         2026-11-22T12:00:00.000Z",
			"hook    webhook  -                not set up  0        0         2026-11-22T12:00:00.000Z",
			"down    webhook  a.test           failing     2        0         2026-11-22T12:00:00.000Z",
		]);
		expect(output.problems).toEqual(["hook: HEALER_NOTIFY_HOOK_URL is not set.", "down: a.test answered �[31m503."]);
		expect(await notify("list", "oncall", { url, json: true }, ENV, output)).toBe(0);
		expect(output.lines.at(-1)).toBe(JSON.stringify([ONCALL]));
		expect(await notify("list", "nobody", { url }, ENV, output)).toBe(1);
	});
});

describe("notify test", () => {
	it("prints each result with what to do, and exits with 1 if one did not arrive", async () => {
		const results = [
			{ name: "oncall", to: "slack", host: "hooks.slack.com", ok: true, problem: null },
			{ name: "hook", to: "webhook", host: null, ok: false, problem: "HEALER_NOTIFY_HOOK_URL is not set" },
		];
		const { url, asked, bodies, authorizations } = await stubWorker(() => ({ body: { results } }));
		const output = recordedOutput();
		expect(await notify("test", undefined, { url }, ENV, output)).toBe(1);
		expect([asked, bodies, authorizations]).toEqual([["/api/notifications/test"], ["{}"], ["Bearer o-1"]]);
		expect(output.lines).toEqual([
			"sent     oncall               slack at hooks.slack.com",
			"not sent hook                 webhook: HEALER_NOTIFY_HOOK_URL is not set",
		]);
	});

	it("exits with 0 if all arrived, and asks for the one that is named", async () => {
		const results = [{ name: "oncall", to: "slack", host: "hooks.slack.com", ok: true, problem: null }];
		const { url, bodies } = await stubWorker(() => ({ body: { results } }));
		expect(await notify("test", "oncall", { url, json: true }, ENV, recordedOutput())).toBe(0);
		expect(bodies).toEqual(['{"target":"oncall"}']);
	});

	it.each([
		[404, "there is no such target; there are oncall, hook", "there is no such target; there are oncall, hook."],
		[500, "x", "sent an unexpected answer (500)"],
		[403, "x", "this token may not operate"],
	])("reports the problem when the worker answers %i", async (status, error, problem) => {
		const { url } = await stubWorker(() => ({ status, body: { error } }));
		const output = recordedOutput();
		expect(await notify("test", "x", { url }, ENV, output)).toBe(1);
		expect(output.problems.join("\n")).toContain(problem);
	});
});
