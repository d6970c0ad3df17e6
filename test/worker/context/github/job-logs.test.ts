import { describe, expect, it } from "vitest";
import { sampleId, sampleIncident } from "../../support/sample-incident.ts";
import { type Answers, stubSources } from "./github-answers.ts";

const incident = sampleIncident({
	id: sampleId(1),
	repository: "5dlabs/cto",
	run_id: "815",
	run_attempt: 2,
	job: "lint",
});
const JOBS = "GET actions/runs/815/attempts/2/jobs?per_page=100&page=1";

const job = (id: number, name: string, conclusion = "failure") => ({
	id,
	name,
	conclusion,
	html_url: `https://github.com/5dlabs/cto/actions/runs/815/job/${id}`,
	steps: [
		{ name: "Set up", conclusion: "success" },
		{ name: `Run ${name}`, conclusion },
	],
});
const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });
const log = (text: string) => () => new Response(text);
const TEXT =
	"2026-11-22T12:00:00.0000000Z ##[group]Run make\n2026-11-22T12:00:01.0000000Z error: no space left on device\n";

/** One failed job, `lint`, whose log is at `/log` of a storage. */
function oneJob(storage: Answers, location = "https://storage.test/log?sig=s3cret") {
	return stubSources(
		incident,
		{ [JOBS]: { jobs: [job(12, "lint")] }, "GET actions/jobs/12/logs": to(location) },
		storage,
	);
}

describe("github.job_logs", () => {
	it("reads the failed jobs' logs, the event's job first, and tells their failed steps", async () => {
		const { ask, stored } = stubSources(
			incident,
			{
				[JOBS]: { jobs: [job(10, "build"), job(11, "docs", "success"), job(12, "lint"), job(13, "e2e", "cancelled")] },
				"GET actions/jobs/10/logs": to("https://storage.test/10"),
				"GET actions/jobs/12/logs": to("https://storage.test/12"),
			},
			{ "/10": log("fine\nno space left\n"), "/12": log(TEXT) },
		);
		const result = await ask("github.job_logs");
		expect(result).toMatchObject({
			status: "ok",
			data: {
				reading: { lines: 4, patterns: { "no space left": { count: 2, first: 2, last: 4 } } },
				jobs: [
					{ name: "lint", failed_steps: ["Run lint"], log: "whole" },
					{ name: "build", failed_steps: ["Run build"], log: "whole" },
				],
			},
		});
		expect(result).not.toHaveProperty("incomplete");
		expect(excerptOf(result)).toBe(
			"=== job lint ===\n##[group]Run make\nerror: no space left on device\n\n=== job build ===\nfine\nno space left",
		);
		expect(stored).toHaveLength(2);
	});

	it("sends nothing of ours to the storage", async () => {
		const { ask, stored, stub } = oneJob({ "/log": log(TEXT) });
		expect(await ask("github.job_logs")).toMatchObject({ status: "ok", data: { jobs: [{ log: "whole" }] } });
		expect(stub.questions()).toEqual([
			"GET /repos/5dlabs/cto/actions/runs/815/attempts/2/jobs?per_page=100&page=1",
			"GET /repos/5dlabs/cto/actions/jobs/12/logs",
		]);
		expect(stored.map(({ url, headers }) => [url, [...headers.keys()]])).toEqual([
			["https://storage.test/log?sig=s3cret", ["user-agent"]],
		]);
	});

	it("follows the storage's own redirects, three at most, and to https alone", async () => {
		const again = oneJob({ "/log": to("/moved"), "/moved": to("https://other.test/log2"), "/log2": log(TEXT) });
		expect(await again.ask("github.job_logs")).toMatchObject({ data: { jobs: [{ log: "whole" }] } });

		const loop = oneJob({ "/log": to("https://storage.test/log") });
		expect(await loop.ask("github.job_logs")).toMatchObject({
			data: { jobs: [{ log: "none", why: "more than 3 redirects" }] },
			incomplete: "the log of job lint is missing: more than 3 redirects",
		});
		expect(loop.stored).toHaveLength(4);

		const plain = oneJob({ "/log": log(TEXT) }, "http://storage.test/log");
		expect(await plain.ask("github.job_logs")).toMatchObject({ data: { jobs: [{ why: "its URL is not https" }] } });
		expect(plain.stored).toEqual([]);
	});

	it("asks once more for a log that is not there yet, by a new address", async () => {
		let missing = true;
		const { ask, stored } = oneJob({
			"/log": () => {
				const answer = missing ? new Response("BlobNotFound", { status: 404 }) : new Response(TEXT);
				missing = false;
				return answer;
			},
		});
		expect(await ask("github.job_logs")).toMatchObject({ data: { jobs: [{ log: "whole" }] } });
		expect(stored).toHaveLength(2);
	});

	it.each([403, 404, 410, 429, 500])("tells the job and its steps when the storage answers %d", async (status) => {
		const { ask } = oneJob({ "/log": () => new Response("no", { status }) });
		expect(await ask("github.job_logs")).toEqual({
			status: "ok",
			data: {
				jobs: [
					{
						name: "lint",
						failed_steps: ["Run lint"],
						url: "https://github.com/5dlabs/cto/actions/runs/815/job/12",
						log: "none",
						why: `its storage answered ${status}`,
					},
				],
			},
			incomplete: `the log of job lint is missing: its storage answered ${status}`,
		});
	});

	it("says when GitHub has the log no more", async () => {
		const gone = Response.json({ message: "Gone" }, { status: 410 });
		const answers = { [JOBS]: { jobs: [job(12, "lint")] }, "GET actions/jobs/12/logs": gone };
		expect(await stubSources(incident, answers).ask("github.job_logs")).toMatchObject({
			incomplete: "the log of job lint is missing: GitHub does not show it to the App (410: Gone)",
		});
	});

	it("lets the incident wait when GitHub limits the rate between two logs", async () => {
		const headers = { "retry-after": "60" };
		const limited = Response.json({ message: "secondary rate limit" }, { status: 429, headers });
		const answers = {
			[JOBS]: { jobs: [job(10, "build"), job(12, "lint")] },
			"GET actions/jobs/12/logs": to("https://storage.test/log"),
			"GET actions/jobs/10/logs": limited,
		};
		const { ask, stub } = stubSources(incident, answers, { "/log": log(TEXT) });
		expect(await ask("github.job_logs")).toMatchObject({ status: "deferred", untilMs: stub.clock + 60_000 });
	});

	it("keeps what came of a log until it broke off", async () => {
		const { ask } = oneJob({
			"/log": () => new Response(streamOf(TEXT, (stream) => stream.error(new Error("reset")))),
		});
		const result = await ask("github.job_logs");
		expect(result).toMatchObject({
			data: { jobs: [{ log: "part", why: "the connection was lost here" }] },
			incomplete: "the log of job lint is incomplete: the connection was lost here",
		});
		expect(excerptOf(result)).toBe(
			"##[group]Run make\nerror: no space left on device\n[... the connection was lost here ...]",
		);
	});

	it("keeps what came of a log that stalls until its time is over", async () => {
		const { ask } = oneJob({ "/log": () => new Response(streamOf(TEXT, () => undefined)) });
		expect(await ask("github.job_logs", 1)).toMatchObject({
			data: {
				reading: { lines: 2 },
				jobs: [{ log: "part", why: "the time for logs was used up here" }],
			},
		});
	});

	it("reads eight logs, with smaller excerpts, and names the other jobs", async () => {
		const jobs = Array.from({ length: 120 }, (_, n) => job(n, `job ${n}`));
		const lines = Array.from({ length: 5000 }, (_, n) => `error: no space left, ${n} ${"-".repeat(100)}`).join("\n");
		const logs = Object.fromEntries(
			jobs.map(({ id }) => [`GET actions/jobs/${id}/logs`, to(`https://storage.test/${id}`)]),
		);
		const storage = Object.fromEntries(jobs.map(({ id }) => [`/${id}`, log(lines)]));
		const pages = {
			[JOBS]: { jobs: jobs.slice(0, 100) },
			[JOBS.replace("&page=1", "&page=2")]: { jobs: jobs.slice(100) },
		};
		const { ask, stored } = stubSources(incident, { ...pages, ...logs }, storage);
		const result = await ask("github.job_logs");
		expect(result).toMatchObject({
			data: { jobs: { length: 100, 7: { log: "whole" }, 8: { log: "none", why: "only 8 logs are read" } } },
			incomplete: "the log of job job 8 is missing: only 8 logs are read, and 111 of 120 more",
		});
		expect(stored).toHaveLength(8);
		const excerpt = excerptOf(result);
		expect(excerpt.length).toBeGreaterThan(40_000);
		expect(excerpt.length).toBeLessThan(50_000);
	});

	it("is empty when no job of the run failed", async () => {
		const { ask } = stubSources(incident, { [JOBS]: { jobs: [job(12, "lint", "success")] } });
		expect(await ask("github.job_logs")).toEqual({ status: "empty" });
	});
});

/** A body that gives this text, and then does what `after` does. */
function streamOf(text: string, after: (stream: ReadableStreamDefaultController) => void): ReadableStream {
	let given = false;
	return new ReadableStream({
		async pull(controller) {
			if (!given) controller.enqueue(new TextEncoder().encode(text));
			else after(controller);
			if (given) await new Promise(() => undefined);
			given = true;
		},
	});
}

function excerptOf(result: unknown): string {
	const { data } = result as { data: { reading: { excerpt: string } } };
	return data.reading.excerpt;
}
