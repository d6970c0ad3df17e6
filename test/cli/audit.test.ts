import { describe, expect, it } from "vitest";
import { audit } from "../../cli/audit.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_ADMIN_TOKENS: "a" };

const PUSH = {
	at: "2026-11-29T10:00:00.000Z",
	who: "an admin token",
	proof: "token",
	token: "1a2b3c4d",
	action: "push",
	target: "0123456789abcdef",
	detail: "bundled was active",
};
const STOP = {
	at: "2026-11-29T10:05:00.000Z",
	who: "octo\u001b[31mcat",
	proof: "comment",
	token: null,
	action: "stop",
	target: "acme/shop#7",
	detail: null,
};

const pages = () =>
	stubWorker((query) =>
		query.get("cursor") === null
			? { body: { audit: [PUSH], last: "1.x", more: true } }
			: { body: { audit: [STOP], last: "2.x", more: false } },
	);

describe("audit", () => {
	it("shows who did what, page by page, without terminal controls", async () => {
		const worker = await pages();
		const output = recordedOutput();
		expect(await audit({ url: worker.url, since: "7d" }, ENV, output)).toBe(0);
		expect(output.lines).toEqual([
			"when                      who                        did   what",
			"2026-11-29T10:00:00.000Z  an admin token (1a2b3c4d)  push  0123456789abcdef  bundled was active",
			"2026-11-29T10:05:00.000Z  octo�[31mcat               stop  acme/shop#7",
		]);
		expect(worker.asked).toEqual([
			"/api/export?with=audit&limit=50&since=7d",
			"/api/export?with=audit&limit=50&since=7d&cursor=1.x",
		]);
		expect(worker.authorizations).toEqual(["Bearer a", "Bearer a"]);
	});

	it("prints one JSON object a line", async () => {
		const output = recordedOutput();
		await audit({ url: (await pages()).url, since: "7d", json: true }, ENV, output);
		expect(output.lines.map((line) => JSON.parse(line))).toEqual([PUSH, STOP]);
	});

	it.each([
		[400, { error: "since is a length of time" }, 2, "answered 400: since is a length of time."],
		[200, { incidents: [] }, 1, "no audit trail. Is it an older version of Healer?"],
		[403, {}, 1, "this token may not administer."],
	])("reports the problem when the worker answers %i", async (status, body, code, problem) => {
		const { url } = await stubWorker(() => ({ status, body }));
		const output = recordedOutput();
		expect(await audit({ url, since: "x" }, ENV, output)).toBe(code);
		expect(output.problems.join("\n")).toContain(problem);
	});

	it("says so when there is nothing", async () => {
		const { url } = await stubWorker(() => ({ body: { audit: [], last: null, more: false } }));
		const output = recordedOutput();
		expect(await audit({ url, since: "1d" }, ENV, output)).toBe(0);
		expect(output.lines).toEqual(["Nobody did anything in this period."]);
	});
});
