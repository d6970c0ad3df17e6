import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { writeDelivery } from "../../../worker/ingest/write-delivery.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { finishAttempt } from "../support/finish-attempt.ts";
import { jobTold, type PushTold, runTold, type ToldBy } from "../support/push-told.ts";
import { attemptsOf, passUntilQuiet, runningRemediation, timelineOf, WORKFLOW } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubEffects } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, post, send } from "../support/worker.ts";

const PERSON = { login: "octocat", type: "User" };

describe("a run that is red again in a rerun", () => {
	it("opens the incident that a rerun fixed, with the next attempt", async () => {
		const relay = stubRelay();
		const id = String((await tell(run(1))).body.incident_id);
		await goOn();
		await finishAttempt(id, 1);
		await tell(run(2, "success"));
		await goOn();
		expect(await incident(id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });

		expect((await tell(run(3))).body).toMatchObject({ status: "accepted", incident_id: id });
		await goOn();
		expect(await incident(id)).toMatchObject({ status: "running", attempt: 2, fixed_by: null });
		expect(relay.made).toHaveLength(2);
		expect(await stored(id)).toMatchObject({ budget_from: 2, reopened: 1, run_attempt: 3, in_incident: 3 });
		expect(await events(id)).toEqual(["spawned", "agent_finished", "ci_passed", "reopened", "spawned"]);
	});

	it("opens the incident for which no CodeRun was ever made, with its first attempt", async () => {
		const relay = stubRelay();
		const id = String((await tell(run(1))).body.incident_id);
		await tell(run(2, "success"));
		await goOn();
		expect((await incident(id)).status).toBe("superseded");
		expect((await tell(run(3))).body).toMatchObject({ status: "accepted", incident_id: id });
		await goOn();
		expect(await incident(id)).toMatchObject({ status: "running", attempt: 1 });
		expect(relay.made).toHaveLength(1);
	});

	it("is one CodeRun in every order, each delivery once or twice, with pauses anywhere", async () => {
		const relay = stubRelay();
		let n = 0;
		const steps = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat()), fc.boolean()), { minLength: 5, maxLength: 5 });
		await fc.assert(
			fc.asyncProperty(steps, async (drawn) => {
				const at = { run_id: 5000 + ++n, branch: `feat/flaky-${n}` };
				const made = relay.made.length;
				const deliveries = [
					job(1, at),
					run(1, "failure", at),
					run(2, "success", at),
					job(3, at),
					run(3, "failure", at),
				];
				const order = deliveries
					.flatMap((delivery, index) => {
						const [first = 0, again = null, pauses = false] = drawn[index] ?? [];
						return [
							{ delivery, key: first, pauses },
							...(again === null ? [] : [{ delivery, key: again, pauses: false }]),
						];
					})
					.toSorted((one, other) => one.key - other.key);
				for (const { delivery, pauses } of order) {
					await tell(delivery);
					if (pauses) await goOn();
				}
				await goOn();
				const found = (await send(get("/api/incidents?limit=100"))).body.incidents as Record<string, unknown>[];
				expect(found.filter(({ branch }) => branch === at.branch)).toMatchObject([{ status: "running" }]);
				expect(relay.made.length - made).toBe(1);
			}),
			{ numRuns: runs(40, 4) },
		);
	}, 180_000);

	it("stays open when the green of the attempt before it arrives late", async () => {
		stubRelay();
		const id = String((await tell(run(1))).body.incident_id);
		await tell(run(2, "success"));
		await goOn();
		await tell(run(3));
		await goOn();
		await tell(run(2, "success"));
		await goOn();
		expect((await incident(id)).status).toBe("running");
	});

	it("opens it twice at most, and never by the same attempt", async () => {
		const relay = stubRelay();
		const id = String((await tell(run(1))).body.incident_id);
		const answers: unknown[] = [];
		for (const attempt of [2, 4, 6, 8]) {
			await tell(run(attempt, "success"));
			await goOn();
			answers.push((await tell(run(attempt))).body.status);
			answers.push((await tell(run(attempt + 1))).body.status, (await tell(run(attempt + 1))).body.status);
		}
		expect(answers).toEqual([
			...["accepted", "duplicate", "duplicate"],
			...["accepted", "duplicate", "duplicate"],
			...["duplicate", "duplicate", "duplicate"],
			...["duplicate", "duplicate", "duplicate"],
		]);
		expect(await stored(id)).toMatchObject({ reopened: 2 });
		expect(relay.made.length).toBeLessThanOrEqual(3);
	});

	it("does not override a person's stop, nor a filter", async () => {
		stubRelay();
		const id = String((await tell(run(1))).body.incident_id);
		await send(post(`/api/incidents/${id}/stop`, {}));
		expect((await incident(id)).status).toBe("cancelled");
		expect((await tell(run(2))).body.status).toBe("duplicate");

		const other = { run_id: 700, branch: "feat/marked" };
		const second = String((await tell(run(1, "failure", other))).body.incident_id);
		await tell(run(2, "success", other));
		await goOn();
		const marked = run(3, "failure", other);
		const workflow_run = { ...(marked.payload.workflow_run as object), head_commit: { message: "x [skip-healer]" } };
		expect((await tell({ ...marked, payload: { ...marked.payload, workflow_run } })).body.status).toBe("recorded");
		expect((await incident(second)).status).toBe("superseded");
	});

	it("follows the CodeRun whose end is unknown, instead of making a second one beside it", async () => {
		const id = sampleId(1);
		const stub = stubEffects();
		await runningRemediation(stub, id);
		stub.status = ({ coderun_name }) => ({ ok: true, status: { state: "running", coderun_name } });
		expect(await passUntilQuiet(stub, id)).toMatchObject({ status: "escalated", attempt: 1 });
		stub.relay = (_id, body) => ({
			ok: true,
			result: { result: "exists", coderun_name: JSON.parse(body).coderun.metadata.name },
		});
		const again = { run_id: "100", run_attempt: 2, head_sha: "sha-100", workflow: WORKFLOW, branch: "fix/parser" };
		const back = sampleIncident({ id, delivery_id: "d-2", ...again });
		const content = {
			outcome: "incident" as const,
			incident: back,
			identity: "x",
			explanation: { pipeline: "v-test", stages: [] },
			settle_ms: 0,
			late_ms: 0,
		};
		// The failed job named the run's first attempt.
		await stub.journal.prepare("UPDATE incidents SET run_attempt = 1 WHERE id = ?1").bind(id).run();
		const delivery = { delivery_id: "d-2", event: "workflow_run", received_at: stub.clock, content };
		expect(await writeDelivery(stub, delivery, stub.log)).toMatchObject({ status: "accepted", incident_id: id });
		stub.begin();
		const row = await findIncident(stub.journal, id);
		expect(row).toMatchObject({ status: "waiting", attempt: 1, budget_from: 1 });
		expect(await attemptsOf(stub, id)).toMatchObject([{ attempt: 1, result: null }]);
		stub.status = (about) => ({
			ok: true,
			status: {
				state: "ended",
				outcome: {
					...about,
					phase: "Succeeded",
					pull_request_url: null,
					message: null,
					started_at: null,
					finished_at: null,
				},
			},
		});
		expect(await processIncident(stub, id)).toMatchObject({ state: "running", existed: true });
		expect(new Set(stub.sent.map(({ body }) => body)).size).toBe(1);
		expect((await timelineOf(stub, id)).map(({ event }) => event)).toEqual([
			...["spawned", "escalated", "notified", "reopened", "spawned", "agent_finished"],
		]);
	});
});

describe("another failure that comes back", () => {
	it("is a commit status that began to fail after the incident ended", async () => {
		stubRelay();
		const sha = "b".repeat(40);
		const status = (state: string, at: number): ToldBy => ({
			event: "status",
			payload: {
				sha,
				state,
				context: "ci/other",
				branches: [{ name: "feat/status" }],
				commit: { sha, commit: { message: "x" }, author: PERSON },
				repository: { full_name: "5dlabs/cto", default_branch: "main" },
				sender: PERSON,
				created_at: new Date(Date.now() + at * 1000).toISOString(),
				updated_at: new Date(Date.now() + at * 1000).toISOString(),
			},
		});
		const id = String((await tell(status("failure", 0))).body.incident_id);
		await tell(status("success", 1));
		await goOn();
		expect((await incident(id)).status).toBe("superseded");
		expect((await tell(status("failure", 0))).body.status).toBe("duplicate");
		expect((await tell(status("failure", 86_400))).body).toMatchObject({ status: "accepted", incident_id: id });
	});

	it("is the stage of a play, by play and stage, and by its attempt where that is told", async () => {
		const relay = stubRelay();
		const failure = (more: object) => ({
			repository: { full_name: "5dlabs/cto" },
			play: "play-7",
			stage: "quality",
			branch: "play/7",
			...more,
		});
		const tellPlay = async (more: object) =>
			(await send(post("/api/events/play_stage_failure", failure(more)))).body as Record<string, unknown>;
		expect(await tellPlay({ error: "cargo clippy found problems" })).toMatchObject({ dedup_status: "new" });
		expect(await tellPlay({ error: "and others" })).toMatchObject({ status: "skipped", dedup_status: "existing" });
		const { incidents } = (await send(get("/api/incidents"))).body as { incidents: { id: string }[] };
		expect(incidents).toHaveLength(1);
		const id = String(incidents[0]?.id);
		await env.JOURNAL.prepare(
			"UPDATE incidents SET status = 'fixed', ended_at = updated_at, next_try_at = NULL WHERE id = ?1",
		)
			.bind(id)
			.run();
		await env.JOURNAL.prepare("UPDATE attempts SET outcome = 'Succeeded' WHERE incident_id = ?1").bind(id).run();
		expect(await tellPlay({ error: "error[E0308]: mismatched types" })).toMatchObject({
			status: "accepted",
			dedup_status: "new",
		});
		expect(await incident(id)).toMatchObject({ status: "running", attempt: 2 });
		expect(relay.made).toHaveLength(2);
		const prompt = JSON.parse(relay.requests.at(-1)?.body ?? "{}").coderun.spec.promptModification;
		expect(prompt).toContain("mismatched types");
		expect(prompt).not.toContain("cargo clippy found problems");
		expect(await tellPlay({ attempt: 2, branch: "play/7b" })).toMatchObject({ dedup_status: "new" });
		expect(await tellPlay({ attempt: 2, branch: "play/7b" })).toMatchObject({ dedup_status: "existing" });
	});
});

type At = Pick<PushTold, "run_id" | "branch">;
const AT: At = { run_id: 1111, branch: "feat/flaky" };

function run(attempt: number, conclusion: "success" | "failure" = "failure", at: At = AT): ToldBy {
	return { event: "workflow_run", payload: runTold({ ...at, by: PERSON, attempt, conclusion }) };
}

function job(attempt: number, at: At = AT): ToldBy {
	return { event: "workflow_job", payload: jobTold({ ...at, by: PERSON, attempt }) };
}

async function tell({ event, payload }: ToldBy): Promise<Answer> {
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

async function stored(id: string): Promise<Record<string, unknown> | null> {
	return await env.JOURNAL.prepare(
		`SELECT budget_from, reopened, run_attempt, json_extract(incident, '$.run_attempt') AS in_incident
		FROM incidents WHERE id = ?1`,
	)
		.bind(id)
		.first();
}

async function events(id: string): Promise<readonly unknown[]> {
	const { results } = await env.JOURNAL.prepare("SELECT event FROM transitions WHERE incident_id = ?1 ORDER BY id")
		.bind(id)
		.all();
	return results.map(({ event }) => event);
}
