import { describe, expect, it } from "vitest";
import { pause, resume } from "../../cli/pause.ts";
import { recordedOutput } from "./recorded-output.ts";
import { type StubAnswer, stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_API_TOKEN: "x" };
const SHOP = { repository: "acme/shop", reason: "a release", since: "2026-11-30T08:00:00.000Z", until: null };
const BY_A_PERSON = { by: "command", reason: null, since: "2026-11-30T08:00:00.000Z", until: null };

async function run(
	command: typeof pause | typeof resume,
	repository: string | undefined,
	options: Parameters<typeof pause>[1],
	answer: StubAnswer,
) {
	const worker = await stubWorker(() => answer);
	const output = recordedOutput();
	const code = await command(repository, { url: worker.url, ...options }, ENV, output);
	const said = [...output.lines, ...output.problems].map((line) => line.replaceAll(worker.url, "HUB"));
	return { code, said, asked: worker.asked, body: worker.bodies[0] };
}

describe("pause", () => {
	it("pauses all repositories until somebody resumes", async () => {
		const body = { repository: null, paused: BY_A_PERSON, paused_repositories: [] };
		expect(await run(pause, undefined, {}, { body })).toEqual({
			code: 0,
			said: ["Paused: HUB creates no CodeRuns until `healer resume`. Incidents wait."],
			asked: ["/api/pause"],
			body: "{}",
		});
	});

	it("pauses one for a time", async () => {
		const until = "2026-11-30T12:00:00.000Z";
		const body = {
			repository: "acme/shop",
			paused: { ...BY_A_PERSON, until },
			paused_repositories: [{ ...SHOP, until }],
		};
		expect(await run(pause, "acme/shop", { for: "4h", reason: "a release" }, { body })).toEqual({
			code: 0,
			said: [`Paused: HUB creates no CodeRuns for acme/shop until ${until}. Incidents wait.`],
			asked: ["/api/pause"],
			body: '{"reason":"a release","repository":"acme/shop","for":"4h"}',
		});
	});

	it("prints the worker's answer with --json", async () => {
		const body = { repository: null, paused: BY_A_PERSON, paused_repositories: [] };
		expect((await run(pause, undefined, { json: true }, { body })).said).toEqual([JSON.stringify(body)]);
	});

	it("pauses one agent, and says how to resume it", async () => {
		const body = { repository: null, agent: "rex", paused: BY_A_PERSON, paused_repositories: [], paused_agents: [] };
		expect(await run(pause, undefined, { agent: "rex" }, { body })).toEqual({
			code: 0,
			said: ["Paused: HUB creates no CodeRuns for agent rex until `healer resume --agent rex`. Incidents wait."],
			asked: ["/api/pause"],
			body: '{"agent":"rex"}',
		});
		expect(
			await run(resume, undefined, { agent: "rex" }, { body: { ...body, paused: null, released: 3 } }),
		).toMatchObject({
			said: ["Resumed: HUB creates CodeRuns again for agent rex. Released incidents: 3."],
			asked: ["/api/pause?agent=rex"],
		});
	});

	it.each([
		[404, 1, "unknown repository acme/shpo"],
		[400, 2, "for: it lasts from 1m to 30d"],
	])("says why the worker refuses it with %d", async (status, code, error) => {
		expect(await run(pause, "acme/shpo", {}, { status, body: { error } })).toMatchObject({ code, said: [`${error}.`] });
	});

	it("rejects an answer that does not say whether the worker is paused", async () => {
		expect(await run(pause, undefined, {}, { body: {} })).toMatchObject({
			code: 1,
			said: ["HUB sent an unexpected answer (200). Is it Healer?"],
		});
	});
});

describe("resume", () => {
	it("resumes all, and names the repositories that stay paused by themselves", async () => {
		const body = { repository: null, paused: null, paused_repositories: [SHOP], released: 2 };
		expect(await run(resume, undefined, {}, { body })).toMatchObject({
			code: 0,
			said: [
				"Resumed: HUB creates CodeRuns again. Released incidents: 2.",
				"acme/shop stays paused until `healer resume acme/shop`: a release.",
			],
			asked: ["/api/pause"],
		});
	});

	it.each([
		[null, "Resumed: HUB creates CodeRuns again for acme/shop. Released incidents: 1."],
		["command", "The pause has ended, but HUB is paused as a whole: it still creates no CodeRuns for acme/shop."],
		[
			"pipeline",
			"The pause has ended, but the pipeline of HUB has `paused: true`: it still creates no CodeRuns for acme/shop.",
		],
	])("resumes one while %s pauses it as well", async (by, said) => {
		const paused = by === null ? null : { ...BY_A_PERSON, by };
		const body = { repository: "acme/shop", paused, paused_repositories: [], released: by === null ? 1 : 0 };
		expect(await run(resume, "acme/shop", {}, { body })).toMatchObject({
			code: 0,
			said: [said],
			asked: ["/api/pause?repository=acme%2Fshop"],
		});
	});
});
