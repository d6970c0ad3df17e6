import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

describe("every recorded payload of GitHub", () => {
	let home: Home;
	let hub: HubProcess;

	beforeAll(async () => {
		home = await makeHome();
		hub = await startReadyHub(home);
	});
	afterAll(async () => {
		hub.signalGroup("SIGKILL");
		await hub.ended();
	});

	it("is answered with 202 ignored: none is of an allowed repository", async () => {
		const answers: string[] = [];
		for (const { name, examples: payloads } of examples) {
			for (const payload of payloads) {
				const { status, body } = await deliver(home, name, payload);
				answers.push(`${name} ${status} ${body.status}`);
			}
		}
		expect(answers.length).toBeGreaterThan(300);
		expect(answers.filter((answer) => !answer.endsWith(" 202 ignored"))).toEqual([]);
		expect(codeRuns(home)).toEqual([]);
		expect(await getJson(home, "/api/incidents")).toMatchObject({ incidents: [] });
	});

	it("is answered below 500 also when half of it is missing", async () => {
		const bad: string[] = [];
		for (const { name, examples: payloads } of examples) {
			const [payload] = payloads;
			const half = Object.fromEntries(Object.entries(payload ?? {}).filter((_, index) => index % 2 === 0));
			const { status } = await deliver(home, name, half);
			if (status >= 500) bad.push(`${name} ${status}`);
		}
		expect(bad).toEqual([]);
	});
});
