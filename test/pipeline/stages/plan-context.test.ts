import { describe, expect, it } from "vitest";
import { type Context, type Incident, loadPipeline, planContext, planRound } from "../../../pipeline/index.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline(smallArtefact);
const incident: Incident = { id: "a", kind: "ci", event: "e", delivery_id: "d", repository: "o/r", branch: "main" };

describe("planContext", () => {
	it("evaluates parameters, and gives the reason for skipping a source", async () => {
		expect(await planContext(pipeline, incident)).toMatchObject([
			{
				name: "job_logs",
				from: "github.job_logs",
				with: { tail: 200 },
				timeout_s: 60,
				skip: { why: "its condition is false" },
			},
			{ name: "loki", from: "loki.query_range", with: { query: "{branch=main}" }, timeout_s: 5 },
		]);
		const [logs] = await planContext(pipeline, { ...incident, run_id: "7" });
		expect(logs).not.toHaveProperty("skip");
	});
});

describe("planRound", () => {
	const requests = [
		...smallArtefact.context,
		{
			name: "argocd",
			from: "argocd.application" as const,
			when: "$failure.category = 'rust'",
			with: { repository: "repository", paths: "context.files.data.files.path" },
			timeout_s: 5,
		},
		{
			name: "pods",
			from: "kubernetes.pods" as const,
			with: { labels: { instance: "context.argocd.data.name" } },
			timeout_s: 5,
		},
		{ name: "files", from: "github.changed_files" as const, with: {}, timeout_s: 5 },
	];
	const rounds = loadPipeline({ ...smallArtefact, context: requests });
	const files = { files: [{ path: "charts/web/values.yaml" }] };
	const first: Context = { files: { from: "github.changed_files", status: "ok", took_ms: 1, data: files } };
	const clippy: Context = {
		...first,
		job_logs: {
			from: "github.job_logs",
			status: "ok",
			took_ms: 1,
			data: { reading: { lines: 1, patterns: { "clippy::": { count: 1, first: 1, last: 1 } } }, jobs: [] },
		},
	};

	it("plans after the first round what reads the failure or another part, in the order of what they read", async () => {
		expect(rounds.context.map((round) => round.map(({ name }) => name))).toEqual([
			["job_logs", "loki", "files"],
			["argocd"],
			["pods"],
		]);
		expect((await planContext(rounds, incident)).map(({ name }) => name)).toEqual(["job_logs", "loki", "files"]);
	});

	it("judges by what the rules make of the context so far", async () => {
		expect(await planRound(rounds, 1, incident, clippy)).toEqual([
			{
				name: "argocd",
				from: "argocd.application",
				with: { repository: "o/r", paths: "charts/web/values.yaml" },
				timeout_s: 5,
			},
		]);
		expect(await planRound(rounds, 1, incident, first)).toMatchObject([
			{ name: "argocd", skip: { why: "its condition is false" } },
		]);
		// The event's own text stands for a log, as for the rules.
		const told = { ...incident, evidence: "error: clippy::needless_return" };
		expect((await planRound(rounds, 1, told, first))[0]).not.toHaveProperty("skip");
	});

	it("gives the last round the data of the one before, and nothing after it", async () => {
		const argocd = { from: "argocd.application", status: "ok", took_ms: 1, data: { name: "web" } } as const;
		expect(await planRound(rounds, 2, incident, { ...clippy, argocd })).toMatchObject([
			{ name: "pods", with: { labels: { instance: "web" } } },
		]);
		expect(await planRound(rounds, 3, incident, clippy)).toEqual([]);
	});

	it("has one round for parts that read neither", () => {
		expect(pipeline.context).toHaveLength(1);
	});
});
