import { beforeEach, describe, expect, it } from "vitest";
import { approveDecision } from "../../../worker/dispatch/approve-decision.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { stopRemediation } from "../../../worker/remediation/actions.ts";
import { autonomyLife, rowOf } from "../support/autonomy-life.ts";
import { agentsOn, clearJournal, DEFAULT, green, minutes, red, standings, type World } from "../support/group-life.ts";

beforeEach(clearJournal);

const OCTOCAT = { by: "octocat" };
const HOUR = 60;

/** A pull request whose decision waits for a person, an hour long. */
async function awaiting(answers?: Parameters<typeof autonomyLife>[1]) {
	const world = await autonomyLife(() => "approve", answers);
	const id = await red(world, { run: 1, branch: "one", cause: "clamp", pr: 1 });
	await minutes(world, 2);
	return { world, id };
}

async function timeline(world: World, id: string) {
	const { results } = await world.journal
		.prepare("SELECT event, to_status, reason FROM transitions WHERE incident_id = ?1 ORDER BY id")
		.bind(id)
		.all<{ event: string; to_status: string | null; reason: string | null }>();
	return results.map(({ event, to_status }) => `${event} ${to_status}`);
}

describe("approve", () => {
	it("waits for a person, who is notified, and sends nothing before", async () => {
		const { world, id } = await awaiting();
		await minutes(world, 5);
		expect(await standings(world)).toEqual({ "one 1": "awaiting_approval" });
		expect([world.sent, world.asked]).toEqual([[], []]);
		const attempt = await rowOf(world, "attempts", id);
		const until = Number(attempt?.decided_at) + HOUR * 60_000;
		expect(attempt).toMatchObject({ autonomy: "approve", approve_until: until, approved_at: null });
		expect(await rowOf(world, "incidents", id)).toMatchObject({
			...{ next_try_at: until, agent: "rex", lock: null },
			reason: "it waits for a person's approval: autonomy is approve, by rule 1",
		});
		const events = await world.journal.prepare("SELECT event, incident_id FROM notification_events").all();
		expect(events.results).toEqual([{ event: "awaiting_approval", incident_id: id }]);
	});

	it("acts exactly once under fifty concurrent approvals", async () => {
		const { world, id } = await awaiting();
		const all = await Promise.all(
			Array.from({ length: 50 }, (_, n) => approveDecision(world, id, { by: `person ${n}` })),
		);
		expect(all.filter(({ ok }) => ok)).toEqual([{ ok: true, status: "waiting", attempt: 1 }]);
		const { approved_by } = (await rowOf(world, "attempts", id)) ?? {};
		expect(approved_by).toMatch(/^person \d+$/);
		const refused = { ok: false, reason: "approved", by: approved_by };
		expect(all.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 49 }, () => refused));
		await Promise.all(Array.from({ length: 5 }, () => processIncident(world, id)));
		await minutes(world, 3);
		expect(world.cluster.made).toHaveLength(1);
		expect(await standings(world)).toEqual({ "one 1": "running" });
		expect(await timeline(world, id)).toEqual([
			"approval_requested awaiting_approval",
			"approved waiting",
			"spawned running",
		]);
		expect(await approveDecision(world, id, OCTOCAT)).toEqual(refused);
	});

	it("expires, also where an approval is what finds that out", async () => {
		const { world, id } = await awaiting();
		await minutes(world, HOUR + 1);
		expect(await rowOf(world, "incidents", id)).toMatchObject({ status: "cancelled", reason: "approval expired" });
		expect(await approveDecision(world, id, OCTOCAT)).toEqual({ ok: false, reason: "expired" });
		await minutes(world, 2);
		await clearJournal();

		const other = await awaiting();
		other.world.clock += HOUR * 60_000;
		expect(await approveDecision(other.world, other.id, OCTOCAT)).toEqual({ ok: false, reason: "expired" });
		expect(await standings(other.world)).toEqual({ "one 1": "cancelled" });
		expect([world.sent, other.world.sent]).toEqual([[], []]);
	});

	it("is decided again if the head moved, and the newer decision has to be approved", async () => {
		let head: string | undefined;
		const { world, id } = await awaiting((route, { branch }) =>
			route === "GET /repos/{owner}/{repo}/branches/{branch}" && head !== undefined
				? { name: branch, commit: { sha: head } }
				: undefined,
		);
		head = "e".repeat(40);
		expect(await approveDecision(world, id, OCTOCAT)).toEqual({ ok: false, reason: "moved", head });
		await minutes(world, 2);
		expect(await rowOf(world, "incidents", id)).toMatchObject({ status: "awaiting_approval", attempt: 2 });
		expect(world.sent).toEqual([]);
		// What the person saw is not what waits now.
		const of1 = await approveDecision(world, id, OCTOCAT, { attempt: 1 });
		expect(of1).toEqual({ ok: false, reason: "other_decision", attempt: 2 });
		expect(await approveDecision(world, id, OCTOCAT, { attempt: 2 })).toMatchObject({ ok: true, attempt: 2 });
		await minutes(world, 2);
		expect(world.cluster.made).toHaveLength(1);
	});

	it("counts for no decision that was made after the person spoke", async () => {
		const { world, id } = await awaiting();
		const { decided_at } = (await rowOf(world, "attempts", id)) ?? {};
		const before = await approveDecision(world, id, OCTOCAT, { at: Number(decided_at) - 1 });
		expect(before).toEqual({ ok: false, reason: "other_decision", attempt: 1 });
		expect(await approveDecision(world, id, OCTOCAT, { at: Number(decided_at) })).toMatchObject({ ok: true });
	});

	it("is asked of nobody once its check passes, or a person stops it", async () => {
		const { world } = await awaiting();
		await green(world, { run: 2, branch: "one", pr: 1 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({ "one 1": "superseded" });
		await clearJournal();
		const other = await awaiting();
		expect(await stopRemediation(other.world, other.id, "octocat")).toMatchObject({ ok: true, status: "cancelled" });
		const late = await approveDecision(other.world, other.id, OCTOCAT);
		expect(late).toEqual({ ok: false, reason: "not_now", status: "cancelled" });
	});

	it("holds up nobody who needs no approval, and is asked once for one cause", async () => {
		const world = await autonomyLife((branch) => (branch === "acting" ? "act" : "approve"));
		const leader = await red(world, { run: 1, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 2);
		await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await red(world, { run: 3, branch: "acting", cause: "clamp", pr: 2 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({
			"main 1": "awaiting_approval",
			"one 2": "grouped with main",
			"acting 3": "running",
		});
		expect(await agentsOn(world)).toEqual(["acting"]);
		expect(await approveDecision(world, leader, OCTOCAT)).toMatchObject({ ok: true });
	});
});
