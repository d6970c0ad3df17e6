import { describe, expect, it } from "vitest";
import { now } from "../support/clock.ts";
import { example, failedJob, failedRun, type Payload } from "../support/failed-job.ts";
import { finishAttempt } from "../support/finish-attempt.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send } from "../support/worker.ts";

const PERSON = { login: "octocat", type: "User" };
const AGENT = { login: "5dlabs-rex[bot]", type: "Bot" };

describe("a failure of the default branch, by GitHub's own payloads", () => {
	it("is fixed by the agent once a person merged its pull request, and no failure meanwhile starts a second agent", async () => {
		const relay = stubRelay();
		const { body } = await send(signedDelivery(failedJob({ run_id: 100, branch: "main" })));
		const id = String(body.incident_id);
		const fix = `healer/${id.slice(0, 16)}`;
		await tell("workflow_run", run(100, "main", "failure", PERSON));
		await goOn();
		expect(relay.made).toHaveLength(1);
		await finishAttempt(id, 1);
		await passTime(60_000);
		await tell("workflow_run", run(200, fix, "success", AGENT));
		await goOn();
		expect(await incident(id)).toMatchObject({ status: "awaiting_merge", attempt: 1 });

		for (const answer of [
			await tell("workflow_job", failedJob({ run_id: 300, branch: "main", job_id: 8 })),
			await tell("workflow_run", run(300, "main", "failure", PERSON)),
		]) {
			expect(answer.body).toEqual({
				status: "duplicate",
				incident_id: id,
				reason: "it belongs to an open fix, and was added to the timeline of its incident",
			});
		}
		await tell("pull_request", merged(12, fix));
		await passTime(60_000);
		await tell("workflow_run", run(400, "main", "success", PERSON));
		await goOn();
		expect(await incident(id)).toMatchObject({ status: "fixed", fixed_by: "agent" });
		const { incidents } = (await send(get("/api/incidents"))).body as { incidents: unknown[] };
		expect(incidents).toHaveLength(1);
		expect(relay.made).toHaveLength(1);
	}, 60_000);
});

/** The end of a run that began now. */
function run(run_id: number, branch: string, conclusion: string, by: typeof PERSON): Record<string, unknown> {
	const payload = failedRun({ run_id, branch }) as Payload;
	const at = new Date(now()).toISOString();
	const own = {
		conclusion,
		actor: by,
		head_sha: run_id.toString(16).padStart(40, "0"),
		run_started_at: at,
		updated_at: at,
	};
	return { ...payload, workflow_run: { ...payload.workflow_run, ...own, run_attempt: 1 }, sender: by };
}

/** GitHub's own example of a merged pull request, of a branch of ours. */
function merged(number: number, branch: string): Record<string, unknown> {
	const payload = example("pull_request", "closed");
	const at = new Date(now()).toISOString();
	const repository = { ...payload.repository, full_name: "5dlabs/cto" };
	const head = { ...(payload.pull_request?.head as object), ref: branch, repo: repository };
	const own = { number, head, merged: true, merged_at: at, closed_at: at, updated_at: at };
	return { ...payload, number, repository, pull_request: { ...payload.pull_request, ...own }, sender: PERSON };
}

async function tell(event: string, payload: Record<string, unknown>): Promise<Answer> {
	return await send(signedDelivery(payload, { event }));
}

/** All that waits for the clock is due. */
async function goOn(): Promise<void> {
	await passTime();
	await fireCron();
}

async function incident(id: string): Promise<Record<string, unknown>> {
	return (await send(get(`/api/incidents/${id}`))).body;
}
