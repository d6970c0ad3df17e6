import { describe, expect, it } from "vitest";
import { retry } from "../../cli/retry.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_OPERATE_TOKENS: "o-1" };
const ID = "0123456789abcdef0123456789abcdef";

describe("retry", () => {
	it("gives an incident to an agent, with the token for it", async () => {
		const { url, asked, bodies, authorizations } = await stubWorker(() => ({
			body: { status: "waiting", attempt: 2 },
		}));
		const output = recordedOutput();
		expect(await retry([ID], { url, agent: "bolt" }, ENV, output)).toBe(0);
		expect([asked, bodies, authorizations]).toEqual([
			[`/api/incidents/${ID}/retry`],
			['{"agent":"bolt"}'],
			["Bearer o-1"],
		]);
		expect(output.lines).toEqual([`${ID} goes on with bolt: attempt 2, once a CodeRun that runs has ended.`]);
	});

	it.each([
		[{}, { status: "waiting", attempt: 4 }, `${ID} starts over: attempt 4, by the agent that the rules choose.`],
		[{ agent: "rex" }, { status: "running", attempt: 1 }, `${ID} is running: attempt 1 is rex's already.`],
		[{ agent: "rex", json: true }, { status: "waiting", attempt: 1 }, `{"id":"${ID}","status":"waiting","attempt":1}`],
	])("says what follows: %j", async (options, body, line) => {
		const { url } = await stubWorker(() => ({ body }));
		const output = recordedOutput();
		expect(await retry([ID], { url, ...options }, ENV, output)).toBe(0);
		expect(output.lines).toEqual([line]);
	});

	it.each([
		[400, "there is no such agent; there are rex, bolt", 2, "there is no such agent; there are rex, bolt."],
		[404, "no such incident", 1, `${ID}: no such incident.`],
		[409, "there is nothing to retry while it is fixed", 1, `${ID}: there is nothing to retry while it is fixed.`],
		[500, "x", 1, "sent an unexpected answer (500). Is it Healer?"],
		[403, "forbidden", 1, "this token may not operate"],
	])("reports the problem when the worker answers %i", async (status, error, code, problem) => {
		const { url } = await stubWorker(() => ({ status, body: { error } }));
		const output = recordedOutput();
		expect(await retry([ID], { url, agent: "bolt" }, ENV, output)).toBe(code);
		expect(output.problems.join("\n")).toContain(problem);
	});
});
