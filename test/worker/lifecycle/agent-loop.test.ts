import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/tiers/at-size.ts";
import { failedJob } from "../support/failed-job.ts";
import { finishAttempt } from "../support/finish-attempt.ts";
import { pushTold, type ToldBy } from "../support/push-told.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

/** A result of an attempt is recorded. */
const opensIncident = ({ status }: { readonly status: unknown }) => status !== "ignored" && status !== "recorded";

const AGENT = { login: "5dlabs-rex[bot]", type: "Bot" };
/** A person is notified after the fifteenth. */
const ROUNDS = runs(50, 17);

describe("an agent whose pushes never stop failing", () => {
	it("makes no incident of its own on the branch that failed, round after round, also after a person was notified", async () => {
		const relay = stubRelay();
		const id = await failFirst();
		for (let round = 1; round <= ROUNDS; round++) {
			if (round % 5 === 1) await goOn();
			// The job first, then a few of the others, each in its turn.
			const push = pushTold({ branch: "fix/parser", run_id: 1000 + round, by: AGENT });
			const answers = await tell(push.filter((_, at) => at === 1 || at % 4 === round % 4));
			expect([round, answers.filter(opensIncident)]).toEqual([round, []]);
			if (round % 5 === 0) await finishRunning(id);
		}
		await finishRunning(id);
		await goOn();
		await expectOnlyAttempts(id, relay.made);
	}, 180_000);

	it("makes none on the branch of its fix, whatever tells of it", async () => {
		const relay = stubRelay();
		const id = await failFirst();
		for (let round = 1; round <= 8; round++) {
			if (round % 2 === 1) await goOn();
			const push = pushTold({ branch: `healer/${id.slice(0, 16)}`, run_id: 1000 + round, by: AGENT });
			const answers = await tell(push);
			expect([round, answers.filter(opensIncident)]).toEqual([round, []]);
			if (round % 2 === 0) await finishRunning(id);
		}
		await finishRunning(id);
		await goOn();
		await expectOnlyAttempts(id, relay.made);
	}, 180_000);

	it("starts nothing when the checks are told of before the run that says who pushed", async () => {
		const relay = stubRelay();
		const id = await failFirst();
		await goOn();
		await tell(pushTold({ branch: "fix/parser", run_id: 1001, by: AGENT }).toReversed());
		await goOn();
		const { incidents } = (await send(get("/api/incidents"))).body as { incidents: { id: string; status: string }[] };
		const others = incidents.filter((one) => one.id !== id).map(({ status }) => status);
		expect(new Set(others)).toEqual(new Set(["cancelled"]));
		expect(relay.made).toHaveLength(1);
	}, 60_000);

	it("does not stand in the way of what a person pushes meanwhile", async () => {
		stubRelay();
		await failFirst();
		await goOn();
		const push = pushTold({ branch: "fix/parser", run_id: 1001, by: { login: "octocat", type: "User" } });
		const answers = await tell(push);
		expect(answers.filter(({ status }) => status === "accepted").map(({ event }) => event)).toEqual([
			"workflow_job",
			"check_run",
			"status",
		]);
	}, 60_000);
});

async function failFirst(): Promise<string> {
	const { body } = await send(signedDelivery(failedJob({ run_id: 100 })));
	return String(body.incident_id);
}

/** Three attempts, a person told, and every check on record as red. */
async function expectOnlyAttempts(id: string, made: readonly string[]): Promise<void> {
	const { incidents } = (await send(get("/api/incidents"))).body as { incidents: unknown[] };
	expect(incidents).toMatchObject([{ id, status: "escalated" }]);
	expect(made).toHaveLength(3);
	const { results } = await env.JOURNAL.prepare(
		"SELECT check_name, conclusion FROM checks ORDER BY check_name, job",
	).all();
	expect([...new Set(results.map(({ check_name, conclusion }) => `${check_name} ${conclusion}`))]).toEqual([
		"app:github-actions failure",
		"app:vercel failure",
		"status failure",
		"workflow-file:.github/workflows/controller-ci.yaml failure",
		"workflow:Controller CI failure",
	]);
}

interface Told {
	readonly event: string;
	readonly status: unknown;
	readonly reason: unknown;
}

async function tell(push: readonly ToldBy[]): Promise<readonly Told[]> {
	const told: Told[] = [];
	for (const { event, payload } of push) {
		const { body } = await send(signedDelivery(payload, { event }));
		told.push({ event, status: body.status, reason: body.reason });
	}
	return told;
}

/** Ends the CodeRun that runs, or will once what waits for the clock is due; nothing when a person was notified. */
async function finishRunning(id: string): Promise<void> {
	for (let look = 1; look <= 6; look++) {
		const { status, attempts } = (await send(get(`/api/incidents/${id}`))).body as {
			status: string;
			attempts: unknown[];
		};
		if (status === "escalated") return;
		if (status === "running") return await finishAttempt(id, attempts.length);
		await goOn();
	}
}

/** All that waits for the clock is due. */
async function goOn(): Promise<void> {
	await passTime();
	await fireCron();
}
