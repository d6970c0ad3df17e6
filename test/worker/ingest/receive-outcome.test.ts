import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readSecrets } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import { now } from "../support/clock.ts";
import { failedJob } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

describe("receiveOutcome", () => {
	const follows = "; attempt 2 follows: 2 of 3 attempts are left";

	it.each([
		["Succeeded", "awaiting_ci", null],
		["Completed", "awaiting_ci", null],
		["Failed", "waiting", `the CodeRun ended as Failed: out of tries${follows}`],
		["Error", "waiting", `the CodeRun ended as Error: out of tries${follows}`],
		[
			"Deleted",
			"waiting",
			`the CodeRun was deleted before it finished, by a person or a tool; its agent did not fail${follows}`,
		],
		["TimedOut", "waiting", `the CodeRun did not finish before its deadline${follows}`],
	])("makes of phase %s the status %s", async (phase, status, reason) => {
		const incident_id = await runningIncident();
		const outcome = await outcomeOf(incident_id, { phase, message: "out of tries" });
		expect(await send(signed(outcome))).toMatchObject({ status: 200, body: { status: "recorded" } });

		const { body } = await send(get(`/api/incidents/${incident_id}`));
		expect(body).toMatchObject({
			status,
			reason,
			attempts: [
				{ attempt: 1, agent: "rex", coderun_name: outcome.coderun_name, outcome: phase, message: "out of tries" },
			],
		});
	});

	it("changes nothing when told twice, and refuses another body under the same id", async () => {
		const incident_id = await runningIncident();
		const outcome = await outcomeOf(incident_id, { phase: "Succeeded" });
		await send(signed(outcome));
		expect(await send(signed(outcome))).toMatchObject({ status: 200, body: { status: "known" } });
		expect(await send(signed({ ...outcome, phase: "Failed" }))).toMatchObject({
			status: 409,
			body: { error: "replayed" },
		});
		expect((await send(get(`/api/incidents/${incident_id}`))).body.status).toBe("awaiting_ci");
	});

	it("wakes those that wait for the claim or the agent", async () => {
		const relay = stubRelay();
		const first = await runningIncident(relay);
		relay.answer = () => ({ result: "busy", agent: "rex", active: 1 });
		await send(signedDelivery(failedJob({ run_id: 2, branch: "another" })));
		await passTime();
		await fireCron();
		expect((await send(get("/api/status"))).body.incidents).toMatchObject({ running: 1, waiting: 1 });

		relay.answer = undefined;
		await send(signed(await outcomeOf(first, { phase: "Succeeded" })));
		// By the Queue; no cron is fired here.
		await expect.poll(() => relay.made.length, { timeout: 10_000, interval: 50 }).toBe(2);
	});

	it("tells an outcome that comes before the spawn's own answer", async () => {
		const relay = stubRelay();
		relay.answer = () => new Response("", { status: 504 });
		await send(signedDelivery(failedJob()));
		await passTime();
		await fireCron();
		const { incidents } = (await send(get("/api/incidents"))).body as { incidents: { id: string }[] };
		const id = incidents[0]?.id ?? "";
		await send(signed(await outcomeOf(id, { phase: "Succeeded" })));
		expect((await send(get(`/api/incidents/${id}`))).body.status).toBe("awaiting_ci");
		await passTime();
		await fireCron();
		expect((await send(get(`/api/incidents/${id}`))).body.status).toBe("awaiting_ci");
	});

	it("404 for an attempt that was never made", async () => {
		const outcome = {
			coderun_name: "healer-ci-rex-0123456789abcdef",
			incident_id: "0".repeat(32),
			attempt: 1,
			phase: "Succeeded",
			pull_request_url: null,
			message: null,
			started_at: null,
			finished_at: null,
		};
		expect((await send(signed(outcome))).status).toBe(404);
	});

	describe("refuses, each with its own status and reason", () => {
		const fine = {
			coderun_name: "healer-ci-rex-0123456789abcdef",
			incident_id: "0".repeat(32),
			attempt: 1,
			phase: "Succeeded",
			pull_request_url: null,
			message: null,
			started_at: null,
			finished_at: null,
		};
		const seconds = () => Math.floor(now() / 1000);

		it.each([
			["forged", 401, () => signed(fine, { secret: "whsec_YW5vdGhlciB3aXJlIHNlY3JldCBvZiB0aGUgdGVzdHM=" })],
			["expired", 403, () => signed(fine, { at: seconds() - 301 })],
			["too_new", 425, () => signed(fine, { at: seconds() + 301 })],
			["missing_header", 400, () => signed(fine, { drop: "webhook-signature" })],
			["not_json", 422, () => signed("{")],
			["invalid", 422, () => signed({ ...fine, extra: 1 })],
			["wrong_id", 422, () => signed(fine, { id: `${"0".repeat(32)}.2.outcome` })],
		])("%s: %i", async (reason, status, request) => {
			expect(await send(request())).toMatchObject({ status, body: { error: reason } });
		});

		it("oversized: 413", async () => {
			expect((await send(signed({ ...fine, message: "x".repeat(70_000) }))).status).toBe(413);
		});
	});
});

async function runningIncident(relay = stubRelay()): Promise<string> {
	const { body } = await send(signedDelivery(failedJob()));
	await passTime();
	await fireCron();
	expect(relay.made).toHaveLength(1);
	return String(body.incident_id);
}

async function outcomeOf(incident_id: string, fields: object): Promise<Record<string, unknown>> {
	const { body } = await send(get(`/api/incidents/${incident_id}`));
	const [attempt] = body.attempts as { coderun_name: string }[];
	return {
		coderun_name: attempt?.coderun_name,
		incident_id,
		attempt: 1,
		pull_request_url: null,
		message: null,
		started_at: null,
		finished_at: "2026-11-22T12:00:00Z",
		...fields,
	};
}

function signed(
	outcome: object | string,
	changes: { secret?: string; at?: number; id?: string; drop?: string } = {},
): Request {
	const body = typeof outcome === "string" ? outcome : JSON.stringify(outcome);
	const incident = typeof outcome === "string" ? "x" : (outcome as { incident_id: string }).incident_id;
	const secrets = changes.secret === undefined ? readSecrets(env.HEALER_WIRE_SECRETS) : [changes.secret];
	const message = { id: changes.id ?? `${incident}.1.outcome`, at: changes.at ?? now() / 1000, body };
	const headers = new Headers(signMessage(secrets, message));
	if (changes.drop !== undefined) headers.delete(changes.drop);
	return new Request("http://127.0.0.1:8787/api/outcomes", { method: "POST", headers, body });
}
