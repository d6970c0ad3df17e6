import { beforeEach, describe, expect, it } from "vitest";
import type { AutonomyLevel } from "../../../pipeline/autonomy.ts";
import { findAttempt } from "../../../worker/journal/attempts.ts";
import { requestBody } from "../../../worker/journal/packed-decision.ts";
import { retryRemediation } from "../../../worker/remediation/actions.ts";
import { autonomyLife, rowOf } from "../support/autonomy-life.ts";
import { agentsOn, clearJournal, DEFAULT, green, minutes, REX, red, standings } from "../support/group-life.ts";

beforeEach(clearJournal);

describe("observe", () => {
	it("decides and keeps everything, and sends nothing", async () => {
		const world = await autonomyLife(() => "observe");
		const id = await red(world, { run: 1, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 3);
		expect(await standings(world)).toEqual({ "one 1": "observed" });
		expect([world.sent, world.asked]).toEqual([[], []]);
		expect(await rowOf(world, "incidents", id)).toMatchObject({
			...{ agent: "rex", failure_type: "rust_build", rule: "rust", next_try_at: null, lock: null },
			reason: "nothing is sent for it: autonomy is observe, by rule 1",
		});
		const attempt = await rowOf(world, "attempts", id);
		expect(attempt).toMatchObject({ attempt: 1, agent: "rex", autonomy: "observe", spawned_at: null, outcome: null });
		const stored = await findAttempt(world.journal, id, 1);
		expect(stored && (await requestBody(world.journal, stored))).toContain("src/clamp.rs:12:5");
		expect(await world.journal.prepare("SELECT count(*) AS n FROM status_comments").first("n")).toBe(0);
	});

	it("leads no group and joins none: what acts is not held up by it", async () => {
		const world = await autonomyLife((branch) => (branch === "acting" ? "act" : "observe"));
		await red(world, { run: 1, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 2);
		await red(world, { run: 2, branch: "acting", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		await red(world, { run: 3, branch: "other", cause: "clamp", pr: 2 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({ "main 1": "observed", "acting 2": "running", "other 3": "observed" });
		expect(await agentsOn(world)).toEqual(["acting"]);
	});

	it("is decided anew by a person's retry, and acts once the rules say so", async () => {
		let level: AutonomyLevel = "observe";
		const world = await autonomyLife(() => level);
		const id = await red(world, { run: 1, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		level = "act";
		expect(await retryRemediation(world, id, "octocat")).toEqual({ ok: true, status: "waiting", attempt: 2 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({ "one 1": "running" });
		// The agent is not told of an attempt that nobody made.
		expect(world.sent.map(({ body }) => body.includes("Attempt 1"))).toEqual([false]);
	});
});

describe("what becomes of an observed failure", () => {
	const author = { login: "mona", type: "User" };

	it("is written down: who made it green, when, and whether in a file that the prompt named", async () => {
		const asked: string[] = [];
		const world = await autonomyLife(
			() => "observe",
			(route, { basehead }) => {
				if (!route.includes("/compare/")) return undefined;
				asked.push(String(basehead));
				return {
					status: "ahead",
					commits: [{ author }, { author: null }],
					files: [{ filename: "lib/src/clamp.rs" }, { filename: "notes/clamp.md" }],
				};
			},
		);
		const id = await red(world, { run: 1, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		await green(world, { run: 2, branch: "one", pr: 1 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({ "one 1": "observed" });
		expect(asked).toHaveLength(1);
		const row = await rowOf(world, "observations", id);
		expect(row).toMatchObject({
			...{ attempt: 1, green_by: "person", authors: '["mona"]', why: null, ask_at: null },
			...{ files: '["lib/src/clamp.rs","notes/clamp.md"]', named: '["lib/src/clamp.rs"]' },
		});
		expect(Number(row?.green_at)).toBeGreaterThan(Number(row?.observed_at));
		// Later results change nothing.
		await green(world, { run: 3, branch: "one", pr: 1, by: REX });
		await minutes(world, 2);
		expect(await rowOf(world, "observations", id)).toEqual(row);
	});

	it("stays unknown where the branch was rewritten", async () => {
		const world = await autonomyLife(
			() => "observe",
			(route) =>
				route.includes("/compare/")
					? { status: "diverged", commits: [{ author }], files: [{ filename: "src/clamp.rs" }] }
					: undefined,
		);
		const id = await red(world, { run: 1, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		await green(world, { run: 2, branch: "one", pr: 1 });
		await minutes(world, 2);
		const unknown = { files: null, named: null, authors: null, why: "its branch was rewritten" };
		expect(await rowOf(world, "observations", id)).toMatchObject({ green_by: "person", ...unknown });
	});

	it("is no fix where the same commit passed in a rerun", async () => {
		const world = await autonomyLife(() => "observe");
		const id = await red(world, { run: 1, branch: "one", cause: "clamp", pr: 1, attempt: 1 });
		await minutes(world, 2);
		await green(world, { run: 1, branch: "one", pr: 1, attempt: 2 });
		await minutes(world, 2);
		expect(await rowOf(world, "observations", id)).toMatchObject({ green_by: "rerun", files: null, ask_at: null });
	});
});
