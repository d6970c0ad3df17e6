import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/tiers/at-size.ts";
import {
	agentDone,
	deliverRed,
	pass,
	protectingStub,
	pullRequest,
	redOf,
	rowOf,
	runEnds,
} from "../support/merge-life.ts";
import { attemptsOf } from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import type { Stub } from "../support/stub-effects.ts";

const MINUTE = 60_000;

/** What happens to a fix, and when GitHub says that it happened, in minutes. The order of arrival is drawn. */
const HAPPENINGS = {
	fixGreen: { at: 10, run_id: 200 },
	redAgain: { at: 20, run_id: 250 },
	merged: { at: 30 },
	closed: { at: 30 },
	baseGreen: { at: 40, run_id: 300 },
	baseRed: { at: 40, run_id: 310 },
} as const;
type Name = keyof typeof HAPPENINGS;

interface Case {
	readonly what: readonly Name[];
	readonly end: { readonly status: string; readonly fixed_by?: string };
	readonly results: readonly (string | null)[];
}

const CASES: readonly Case[] = [
	{ what: ["fixGreen"], end: { status: "awaiting_merge" }, results: [null] },
	{ what: ["fixGreen", "redAgain"], end: { status: "awaiting_merge" }, results: [null] },
	{ what: ["fixGreen", "redAgain", "closed"], end: { status: "escalated" }, results: ["unmerged"] },
	{
		what: ["fixGreen", "redAgain", "merged", "baseGreen"],
		end: { status: "fixed", fixed_by: "agent" },
		results: ["fixed"],
	},
	{ what: ["fixGreen", "redAgain", "baseGreen"], end: { status: "fixed", fixed_by: "other" }, results: ["fixed"] },
	{ what: ["merged", "baseGreen"], end: { status: "fixed", fixed_by: "agent" }, results: ["fixed"] },
	{
		what: ["fixGreen", "redAgain", "merged", "baseRed"],
		end: { status: "running" },
		results: ["ci_still_failing", null],
	},
];

describe("what happens to a fix that has to be merged, in any order, each once or twice", () => {
	it.each(CASES.map((one) => [one.what.join(", "), one] as const))(
		"ends the same: %s",
		async (_name, one) => {
			const keys = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat()), fc.constantFrom(0, 1, 7)), {
				minLength: one.what.length,
				maxLength: one.what.length,
			});
			await fc.assert(
				fc.asyncProperty(keys, async (drawn) => {
					const world = await begin();
					const order = one.what
						.flatMap((name, at) => {
							const [first, again, wait_s] = drawn[at] ?? [0, null, 0];
							return [first, again].flatMap((key) => (key === null ? [] : [{ name, key, wait_s }]));
						})
						.toSorted((a, b) => a.key - b.key);
					const shown = order.map(({ name }) => name);
					for (const { name, wait_s } of order) {
						await happens(world, name);
						// Less than the time in which the other deliveries of a push arrive, or just over it for a repeated one.
						if (wait_s > 0 && !mayDecide(one)) await pass(world.stub, wait_s * 1000);
					}
					for (let step = 1; step <= 4; step++) await pass(world.stub, 3 * MINUTE);
					const attempts = await attemptsOf(world.stub, world.id);
					expect([shown, await rowOf(world.stub, world.id), attempts.map(({ result }) => result)]).toMatchObject([
						shown,
						one.end,
						one.results,
					]);
					expect(await statusesOf(world)).toEqual(world.accepted.map(() => "superseded"));
					expect(world.stub.sent).toHaveLength(one.results.length);
				}),
				{ numRuns: runs(30, 3) },
			);
		},
		120_000,
	);
});

/** Closed without a merge is an end by itself: what arrives after it finds no open fix. */
function mayDecide({ what }: Case): boolean {
	return what.includes("closed") || what.includes("baseGreen");
}

interface World {
	readonly stub: Stub;
	readonly id: string;
	readonly branch: string;
	readonly began: number;
	/** Failures that became incidents of their own: one that arrives after the branch has passed again. */
	readonly accepted: string[];
}

let worlds = 0;

/** The agent of an incident is done, and named its pull request. All that happens began later than that. */
async function begin(): Promise<World> {
	const n = ++worlds;
	const stub = protectingStub();
	const id = `${n.toString(16).padStart(16, "0")}${"a".repeat(16)}`;
	const branch = `release/${n}`;
	const began = stub.clock;
	await agentDone(stub, id, branch, n);
	stub.clock = began + 60 * MINUTE - 10_000;
	return { stub, id, branch, began, accepted: [] };
}

async function happens({ stub, id, branch, began, accepted }: World, name: Name): Promise<void> {
	const fix = `healer/${id.slice(0, 16)}`;
	const at = new Date(began + HAPPENINGS[name].at * MINUTE).toISOString();
	switch (name) {
		case "fixGreen":
			return await runEnds(stub, id, "success", 200, { branch: fix, started_at: at });
		case "baseGreen":
			return await runEnds(stub, id, "success", 300, { branch, started_at: at });
		case "merged":
		case "closed":
			return await pullRequest(stub, id, name, { branch: fix, pr_number: worldOf(id), occurred_at: at });
		case "redAgain":
		case "baseRed": {
			const { run_id } = HAPPENINGS[name];
			const red = redOf(stub, sampleId(worldOf(id) * 1000 + run_id), branch, run_id, {
				occurred_at: at,
				started_at: at,
			});
			const { status } = await deliverRed(stub, red);
			if (status === "accepted") accepted.push(red.id);
			return;
		}
		default:
			return name satisfies never;
	}
}

async function statusesOf({ stub, accepted }: World): Promise<readonly string[]> {
	return await Promise.all(accepted.map(async (id) => (await rowOf(stub, id)).status));
}

function worldOf(id: string): number {
	return Number.parseInt(id.slice(0, 16), 16);
}
