import { describe, expect, it } from "vitest";
import type { Context, FailedJob } from "../../pipeline/context.ts";
import type { Incident } from "../../pipeline/incident.ts";
import {
	arePartsOfOneRun,
	contextOfJobs,
	incidentOfJobs,
	isOwnJob,
	withoutOthersFindings,
} from "../../pipeline/index.ts";
import type { LogReading } from "../../pipeline/log/log-reading.ts";

const reading = (excerpt: string): LogReading => ({ lines: 1, bytes: 9, patterns: {}, gave_up: [], excerpt });

const own = (name: string): FailedJob => ({
	name,
	failed_steps: [`run ${name}`],
	url: `https://x/${name}`,
	log: "whole",
	own: { reading: reading(`log of ${name}`), title: `job ${name}` },
});

const incident = {
	id: "0",
	kind: "ci",
	event: "job",
	delivery_id: "d",
	repository: "a/b",
	run_id: "100",
	head_sha: "abc",
	job: "rust",
	jobs: ["rust", "web"],
	failed_steps: ["run rust", "run web"],
	url: "https://x/rust",
	evidence: "of both",
} as const satisfies Incident;

describe("a part of a run", () => {
	it("has its own jobs, or all but the others'", () => {
		expect(isOwnJob({}, "rust")).toBe(true);
		expect(["rust", "web", "new"].filter((job) => isOwnJob({ part: { only: ["web"], of: "0" } }, job))).toEqual([
			"web",
		]);
		expect(["rust", "web", "new"].filter((job) => isOwnJob({ part: { except: ["web"] } }, job))).toEqual([
			"rust",
			"new",
		]);
	});

	it("is one of two parts only of the same run", () => {
		const part = { except: ["web"] };
		expect(arePartsOfOneRun({ ...incident, part }, "100")).toBe(true);
		expect(arePartsOfOneRun({ ...incident, part }, "101")).toBe(false);
		expect(arePartsOfOneRun(incident, "100")).toBe(false);
		expect(arePartsOfOneRun({ part }, null)).toBe(false);
	});

	it("names its jobs and their steps alone", () => {
		const part = { only: ["web"], of: "0" };
		expect(incidentOfJobs(incident, [own("web")], part)).toEqual({
			id: "0",
			kind: "ci",
			event: "job",
			delivery_id: "d",
			repository: "a/b",
			run_id: "100",
			head_sha: "abc",
			job: "web",
			failed_steps: ["run web"],
			url: "https://x/web",
			part,
		});
		expect(incidentOfJobs(incident, [own("e2e"), own("rust")])).toMatchObject({
			job: "rust",
			jobs: ["e2e", "rust"],
			failed_steps: ["run e2e", "run rust"],
			url: "https://x/rust",
		});
	});

	it("leaves out what another job reported, not what the run did", () => {
		const part = { except: ["web"] };
		const { job: _job, jobs: _jobs, ...ofRun } = incident;
		expect(withoutOthersFindings(part, incident)).toBe(incident);
		expect(withoutOthersFindings(part, ofRun)).toBe(ofRun);
		const left = withoutOthersFindings(part, { ...incident, job: "web" });
		expect(Object.keys(left)).toEqual(["id", "kind", "event", "delivery_id", "repository", "run_id", "head_sha"]);
	});
});

describe("the context of some jobs", () => {
	const jobs = [own("rust"), own("web"), { name: "e2e", failed_steps: [], log: "none", why: "expired" } as const];
	const context: Context = {
		run: { from: "github.run", took_ms: 1, status: "empty" },
		logs: {
			...{ from: "github.job_logs", took_ms: 1, status: "ok", incomplete: "the log of job e2e is missing: expired" },
			data: { reading: reading("all"), jobs },
		},
	};
	const partOf = (...names: readonly string[]) => contextOfJobs(context, ({ name }) => names.includes(name)).logs;

	it("has their logs alone, and no reading of each", () => {
		expect(partOf("web")).toEqual({
			from: "github.job_logs",
			took_ms: 1,
			status: "ok",
			data: {
				reading: reading("log of web"),
				jobs: [{ name: "web", failed_steps: ["run web"], url: "https://x/web", log: "whole" }],
			},
		});
		expect(partOf("rust", "web")).toMatchObject({
			data: { reading: { lines: 2, excerpt: "=== job rust ===\nlog of rust\n\n=== job web ===\nlog of web" } },
		});
	});

	it("keeps the joint reading of all, and says what is missing of theirs", () => {
		expect(partOf("rust", "web", "e2e")).toMatchObject({
			incomplete: "the log of job e2e is missing: expired",
			data: { reading: { excerpt: "all" } },
		});
		expect(partOf("e2e")).toMatchObject({ data: { jobs: [{ name: "e2e" }] } });
		expect(partOf("e2e")).not.toHaveProperty("data.reading");
		expect(contextOfJobs(context, () => false).run).toBe(context.run);
	});
});
