import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { outcomeMessageId } from "../../../wire/outcome.ts";
import { readSecrets } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import { now } from "../support/clock.ts";
import { failedJob, failedRun, type JobChanges } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send } from "../support/worker.ts";

const AGENT = { login: "5dlabs-rex[bot]", type: "Bot" };

describe("a remediation, by GitHub's own payloads", () => {
	it("fails, is tried again with what was tried, and is fixed when CI is green on the agent's push", async () => {
		const relay = stubRelay();
		const { body } = await send(signedDelivery(failedJob({ run_id: 100 })));
		const id = String(body.incident_id);
		// A job does not name the repository of its branch; its run does.
		expect((await tell(failedRun({ run_id: 100 }))).body).toMatchObject({ status: "duplicate", incident_id: id });
		await goOn();
		await postOutcome(id, 1, "Failed", "out of tries");
		expect(await incident(id)).toMatchObject({ status: "waiting", attempt: 2 });
		await goOn();
		expect(relay.made).toHaveLength(2);
		const { spec } = JSON.parse(relay.requests[1]?.body ?? "").coderun;
		expect(spec.promptModification).toContain("attempt 1 by rex ended agent_failed: out of tries");
		// Without an App nobody says that `fix/parser` is a branch and no tag: the fix gets its own.
		expect(spec.env).toMatchObject({ HEALER_BRANCH_STRATEGY: "fix", HEALER_FIX_BRANCH: "healer/4774eb5d5ba7355d" });

		await postOutcome(id, 2, "Succeeded", null);
		expect((await incident(id)).status).toBe("awaiting_ci");
		const answer = await tell(run({ run_id: 200, branch: "healer/4774eb5d5ba7355d" }, "success"));
		expect(answer).toMatchObject({ status: 202, body: { status: "recorded", incident_id: id } });
		expect(answer.body.reason).toContain("workflow_run reports success");
		await expect.poll(async () => (await incident(id)).status, { timeout: 10_000, interval: 50 }).toBe("fixed");
		expect(await incident(id)).toMatchObject({ fixed_by: "agent" });
		expect(relay.made).toHaveLength(2);
	});

	it("is superseded when a rerun goes green before anything was tried", async () => {
		const relay = stubRelay();
		const { body } = await send(signedDelivery(failedJob({ run_id: 100 })));
		await tell(run({ run_id: 100 }, "success", 2));
		await goOn();
		expect(await incident(String(body.incident_id))).toMatchObject({ status: "superseded", fixed_by: "rerun" });
		expect(relay.made).toEqual([]);
	});

	it("never takes the failures of an agent's own pushes for incidents, however often it pushes", async () => {
		const relay = stubRelay();
		const { body } = await send(signedDelivery(failedJob({ run_id: 100 })));
		const id = String(body.incident_id);
		for (let attempt = 1; attempt <= 5; attempt++) {
			await goOn();
			for (const push of [0, 1]) {
				const run_id = 200 + attempt * 10 + push;
				await tell(run({ run_id }, "failure"));
				await send(signedDelivery({ ...failedJob({ run_id }), sender: AGENT }));
			}
			await postOutcome(id, attempt, "Succeeded", null);
			await goOn();
		}
		const { incidents } = (await send(get("/api/incidents"))).body as { incidents: unknown[] };
		expect(incidents).toHaveLength(1);
		expect(relay.made).toHaveLength(3);
		expect((await incident(id)).status).toBe("escalated");
	});
});

/** As workflow_run tells the end of what the agent pushed. */
function run(changes: JobChanges, conclusion: string, run_attempt = 1): Record<string, unknown> {
	const payload = failedRun(changes);
	const workflow_run = payload.workflow_run as Record<string, unknown>;
	const at = new Date(now()).toISOString();
	return {
		...payload,
		workflow_run: {
			...workflow_run,
			conclusion,
			run_attempt,
			actor: AGENT,
			head_repository: payload.repository,
			run_started_at: at,
			updated_at: at,
		},
		sender: AGENT,
	};
}

async function tell(payload: Record<string, unknown>): Promise<Answer> {
	return await send(signedDelivery(payload, { event: "workflow_run" }));
}

/** All that waits for the clock is due. */
async function goOn(): Promise<void> {
	await passTime();
	await fireCron();
}

async function incident(id: string): Promise<Record<string, unknown>> {
	return (await send(get(`/api/incidents/${id}`))).body;
}

async function postOutcome(incident_id: string, attempt: number, phase: string, message: string | null): Promise<void> {
	const { attempts } = (await incident(incident_id)) as { attempts: { coderun_name: string }[] };
	const coderun_name = attempts[attempt - 1]?.coderun_name;
	if (coderun_name === undefined) return;
	const times = { started_at: null, finished_at: null };
	const outcome = { coderun_name, incident_id, attempt, phase, pull_request_url: null, message, ...times };
	const body = JSON.stringify(outcome);
	const headers = signMessage(readSecrets(env.HEALER_WIRE_SECRETS), {
		id: outcomeMessageId(incident_id, attempt),
		at: now() / 1000,
		body,
	});
	await send(new Request("http://127.0.0.1:8787/api/outcomes", { method: "POST", headers, body }));
}
