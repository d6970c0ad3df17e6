import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { CheckResult, Signal } from "../../../pipeline/index.ts";
import { whoseFailure } from "../../../pipeline/index.ts";
import { findCheckHistory } from "../../../worker/journal/check-history.ts";
import { signalStatements } from "../../../worker/journal/signals.ts";
import { generateHistory } from "../../pipeline/cause/generated-history.ts";
import { seededChance } from "../../support/seeded-chance.ts";
import { clearJournal } from "../support/group-life.ts";

const OWN = "5dlabs/cto";
const CI = { name: "CI", path: ".github/workflows/ci.yaml" };
const NOW = Date.parse("2026-11-22T12:00:00Z");

beforeEach(async () => {
	await clearJournal();
	await env.JOURNAL.prepare("DELETE FROM check_results").run();
});

const run = (changes: Partial<Signal> & Pick<Signal, "run_id" | "branch">): Signal => ({
	...{ reports: "success", event: "run_green", delivery_id: "d", repository: OWN, head_repository: OWN },
	...{ head_sha: "a".repeat(40), run_attempt: 1, workflow: CI, started_at: "2026-11-22T10:00:00Z" },
	...changes,
});

async function report(...signals: readonly Signal[]): Promise<void> {
	const at = { now: NOW, reconsider_ms: 0 };
	await env.JOURNAL.batch(signals.flatMap((signal) => signalStatements(env.JOURNAL, signal, at).all));
}

/** A failure whose cause was found out. */
async function decided(id: string, { branch, sha, fingerprint }: CheckResult, run_id: string): Promise<void> {
	const incident = { id, head_sha: sha, head_repository: OWN, workflow: CI, author: { login: `author of ${sha}` } };
	await env.JOURNAL.prepare(
		`INSERT INTO incidents (id, status, kind, event, repository, branch, run_id, identity, incident, explanation, pipeline,
			created_at, updated_at, ended_at, fingerprint)
		VALUES (?1, 'fixed', 'ci', 'workflow_run', ?2, ?3, ?4, ?1, ?5, '{}', 'v', ?6, ?6, ?6, ?7)`,
	)
		.bind(id, OWN, branch, run_id, JSON.stringify(incident), NOW, fingerprint)
		.run();
}

const ASKED = { id: "f".repeat(32), repository: OWN, branch: "feature", base: "main", workflow: CI };

describe("findCheckHistory", () => {
	it("has each result once, in whatever order and however often it is reported", async () => {
		const older = run({ run_id: "1", branch: "main", head_sha: "1".repeat(40) });
		const newer = run({ run_id: "2", branch: "main", reports: "failure", started_at: "2026-11-22T11:00:00Z" });
		await report(newer, older, older, newer, { ...newer, run_attempt: 2, reports: "success" });
		const of = { branch: "main", check: "CI", fingerprint: null };
		const began_at = Date.parse("2026-11-22T11:00:00Z");
		const history = await findCheckHistory(env.JOURNAL, ASKED);
		expect(history?.results.toSorted((one, other) => one.began_at - other.began_at)).toEqual([
			{ ...of, sha: "1".repeat(40), is_green: true, began_at: Date.parse("2026-11-22T10:00:00Z") },
			expect.objectContaining({ ...of, sha: "a".repeat(40), began_at }),
			expect.objectContaining({ ...of, sha: "a".repeat(40), began_at }),
		]);
		expect(new Set(history?.results.map(({ is_green }) => is_green))).toEqual(new Set([true, false]));
	});

	it("knows no job of a run, no other workflow, and a fork's branch by its fork", async () => {
		await report(
			run({ run_id: "1", branch: "main", job: "build" }),
			run({ run_id: "2", branch: "main", workflow: { name: "CI", path: ".github/workflows/other.yaml" } }),
			run({ run_id: "3", branch: "main", head_repository: "Somebody/cto" }),
			run({ run_id: "4", branch: "main", head_repository: "deleted fork" }),
		);
		const history = await findCheckHistory(env.JOURNAL, ASKED);
		expect(history?.results.map(({ branch }) => branch)).toEqual(["somebody/cto:main"]);
	});

	it("knows the checks of an App and statuses by their names", async () => {
		const { workflow: _, head_repository: _head, ...check } = run({ run_id: "1", branch: "main" });
		const of = { ...check, run_id: undefined } as unknown as Signal;
		await report({ ...of, app: "vercel", job: "Preview" }, { ...of, job: "ci/circleci" });
		const { workflow: _workflow, ...asked } = ASKED;
		const names = async (about: object) =>
			(await findCheckHistory(env.JOURNAL, { ...asked, ...about }))?.results.length;
		expect(await names({ app: "vercel", job: "Preview" })).toBe(1);
		expect(await names({ app: "vercel", job: "Lint" })).toBe(0);
		expect(await names({ job: "ci/circleci" })).toBe(1);
		// Another workflow may be called the same.
		expect(await findCheckHistory(env.JOURNAL, { ...ASKED, workflow: { name: "CI" } })).toBeUndefined();
	});

	it("gives generated histories back from shuffled and repeated deliveries: the same verdicts", async () => {
		const chance = seededChance();
		for (let number = 0; number < 12; number++) {
			await env.JOURNAL.prepare("DELETE FROM check_results").run();
			await env.JOURNAL.prepare("DELETE FROM incidents").run();
			const { asked } = generateHistory(chance, number);
			const { red, base = "" } = asked;
			const runs = new Map(asked.results.map((one) => [one.began_at, one]));
			const told = asked.results.map(({ branch, sha, is_green, began_at }) => {
				const reports = is_green ? ("success" as const) : ("failure" as const);
				const started_at = new Date(began_at).toISOString();
				return run({ run_id: String(began_at), branch, head_sha: sha, reports, started_at });
			});
			await report(...told);
			const others = [...runs.values()].filter(({ is_green, began_at }) => !is_green && began_at !== red.began_at);
			for (const [at, one] of others.entries()) {
				await decided(at.toString(16).padStart(32, "0"), one, String(one.began_at));
			}
			const known = await findCheckHistory(env.JOURNAL, { ...ASKED, branch: red.branch, base });
			const found = whoseFailure({ ...asked, red: { ...red, check: "CI" }, results: known?.results ?? [] });
			const truth = whoseFailure({ ...asked, results: [...runs.values()] });
			expect({ verdict: found.verdict, suspect: found.suspect?.sha }).toEqual({
				verdict: truth.verdict,
				suspect: truth.suspect?.sha,
			});
		}
	});
});
