import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "../../cli/audit.ts";
import { doctor } from "../../cli/doctor.ts";
import { pause, resume } from "../../cli/pause.ts";
import { rollback } from "../../cli/rollback.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

const TOKENS = {
	HEALER_SENSOR_TOKENS: "of-the-sensor",
	HEALER_READ_TOKENS: "of-a-reader",
	HEALER_OPERATE_TOKENS: "of-an-operator of-another",
	HEALER_ADMIN_TOKENS: "of-an-administrator",
};

describe("a hub with tokens for each right", () => {
	let home: Home;
	let hub: HubProcess;
	beforeAll(async () => {
		home = await makeHome();
		hub = await startReadyHub(home, TOKENS);
	});
	afterAll(async () => {
		hub.signalGroup("SIGTERM");
		await hub.ended();
	});

	/** As from another machine: without the state folder. */
	const elsewhere = (tokens: NodeJS.ProcessEnv) => ({
		HEALER_URL: home.url,
		HEALER_STATE_DIR: "/nonexistent",
		...tokens,
	});

	it("lets each command do what its token allows, and shows afterwards who did what", async () => {
		const output = recordedOutput();
		const operator = elsewhere({ HEALER_OPERATE_TOKENS: "of-another" });
		expect(await pause(undefined, { reason: "moving" }, operator, output)).toBe(0);
		expect(await resume(undefined, { token: "of-an-administrator" }, elsewhere({}), output)).toBe(0);
		expect(await rollback({ token: "of-another" }, elsewhere({}), output)).toBe(1);
		expect(output.problems.at(-1)).toContain("this token may not administer");
		expect(await pause(undefined, { token: "of-the-sensor" }, elsewhere({}), output)).toBe(1);
		expect(output.problems.at(-1)).toContain("this token may not operate");
		expect(await audit({ since: "1h", token: "of-a-reader" }, elsewhere({}), output)).toBe(1);

		const shown = recordedOutput();
		expect(
			await audit({ since: "1h", json: true }, elsewhere({ HEALER_ADMIN_TOKENS: "of-an-administrator" }), shown),
		).toBe(0);
		const lines = shown.lines.map((line) => JSON.parse(line));
		// The hub itself pushes its pipeline at each start.
		expect(lines.map(({ who, action, detail }) => [who, action, detail])).toEqual([
			["the API token", "push", "bundled was active"],
			["an operate token", "pause", "moving"],
			["an admin token", "resume", null],
		]);
	});

	it("is found good by doctor, each token for what it is for", async () => {
		const output = recordedOutput();
		const env = { HEALER_STATE_DIR: home.stateDir, ...TOKENS };
		expect(await doctor({ pipeline: home.pipelineFile }, env, output)).toBe(0);
		expect(output.lines.filter((line) => /token|sensor/.test(line))).toEqual([
			"ok       sensor's token         the worker accepts it.",
			"ok       sensor's rights        they report failures, and can do nothing else.",
			"ok       read tokens            the worker accepts it.",
			"ok       operate tokens         the worker accepts all 2.",
			"ok       admin tokens           the worker accepts it.",
			"ok       API token              the worker accepts it.",
		]);
	});
});
