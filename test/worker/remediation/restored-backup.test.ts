import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { outcomeMessageId, type WireOutcome } from "../../../wire/outcome.ts";
import { readSecrets } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import { now } from "../support/clock.ts";
import { failedJob } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { type StubRelay, stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

type Snapshot = readonly { readonly table: string; readonly rows: readonly Record<string, unknown>[] }[];

async function snapshot(): Promise<Snapshot> {
	const tables = await env.JOURNAL.prepare(
		"SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CREATE TABLE%' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
	).all<{ name: string }>();
	return await Promise.all(
		tables.results.map(async ({ name }) => ({
			table: name,
			rows: (await env.JOURNAL.prepare(`SELECT * FROM ${name}`).all()).results,
		})),
	);
}

async function restore(taken: Snapshot): Promise<void> {
	await env.JOURNAL.batch(taken.map(({ table }) => env.JOURNAL.prepare(`DELETE FROM ${table}`)));
	for (const { table, rows } of taken) {
		for (const row of rows) {
			const places = Object.keys(row).map(() => "?");
			const insert = `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${places.join(", ")})`;
			await env.JOURNAL.prepare(insert)
				.bind(...Object.values(row))
				.run();
		}
	}
}

async function failure(): Promise<string> {
	const { body } = await send(signedDelivery(failedJob()));
	return String(body.incident_id);
}

/** The CodeRun ends, and the relay reports it. */
async function end(relay: StubRelay, incident_id: string, phase: string): Promise<void> {
	const coderun_name = String(relay.made.at(-1));
	const outcome: WireOutcome = {
		coderun_name,
		incident_id,
		attempt: 1,
		phase,
		pull_request_url: "https://github.com/5dlabs/cto/pull/77",
		message: "it is done",
		started_at: "2026-11-22T12:00:00Z",
		finished_at: "2026-11-22T12:30:00Z",
	};
	relay.ended.set(coderun_name, outcome);
	const body = JSON.stringify(outcome);
	const id = outcomeMessageId(incident_id, 1);
	const headers = signMessage(readSecrets(env.HEALER_WIRE_SECRETS), { id, at: now() / 1000, body });
	const answer = await send(new Request("http://127.0.0.1:8787/api/outcomes", { method: "POST", headers, body }));
	expect(answer).toMatchObject({ status: 200, body: { status: "recorded" } });
}

async function incidentOf(id: string): Promise<Record<string, unknown>> {
	return (await send(get(`/api/incidents/${id}`))).body;
}

const HOUR_MS = 3600_000;

/** The CodeRun's deadline of two hours is over, and the half hour in which the relay reports it. */
async function passDeadline(): Promise<void> {
	await passTime(3 * HOUR_MS);
}

async function sweepUntilQuiet(): Promise<void> {
	for (let sweeps = 0; sweeps < 4; sweeps++) {
		await fireCron();
		await passTime();
	}
}

describe("a journal that was restored from a backup", () => {
	it("taken while the CodeRun ran: learns the end, as it was reported, and makes no second CodeRun", async () => {
		const relay = stubRelay();
		const id = await failure();
		await passTime();
		await fireCron();
		const backup = await snapshot();
		await end(relay, id, "Succeeded");
		const before = await incidentOf(id);

		await restore(backup);
		expect(await incidentOf(id)).toMatchObject({ status: "running", attempts: [{ outcome: null }] });
		await passDeadline();
		await sweepUntilQuiet();
		const after = await incidentOf(id);
		expect(after).toMatchObject({ status: "awaiting_ci", attempts: [{ outcome: "Succeeded", message: "it is done" }] });
		const learnt = (of: Record<string, unknown>) => {
			const [{ outcome, pull_request_url, message, started_at, finished_at, result }] = of.attempts as [
				Record<string, unknown>,
			];
			return { outcome, pull_request_url, message, started_at, finished_at, result };
		};
		expect(learnt(after)).toEqual(learnt(before));
		expect(relay.made).toHaveLength(1);
		// Reported again, it is known: the digest is that of the message.
		const repeated = JSON.stringify(relay.ended.get(String(relay.made[0])));
		const headers = signMessage(readSecrets(env.HEALER_WIRE_SECRETS), {
			id: outcomeMessageId(id, 1),
			at: now() / 1000,
			body: repeated,
		});
		const request = new Request("http://127.0.0.1:8787/api/outcomes", { method: "POST", headers, body: repeated });
		expect(await send(request)).toMatchObject({ status: 200, body: { status: "known" } });
	});

	it("taken before the CodeRun was asked for: meets it, learns its end at once, and makes no second one", async () => {
		const relay = stubRelay();
		const id = await failure();
		const backup = await snapshot();
		await passTime();
		await fireCron();
		await end(relay, id, "Succeeded");

		await restore(backup);
		await passTime();
		await fireCron();
		expect(await incidentOf(id)).toMatchObject({ status: "awaiting_ci", attempts: [{ outcome: "Succeeded" }] });
		expect(relay.made).toHaveLength(1);
	});

	it("makes no second CodeRun while nobody can be asked", async () => {
		const relay = stubRelay();
		const id = await failure();
		await passTime();
		await fireCron();
		const backup = await snapshot();
		await end(relay, id, "Failed");
		await restore(backup);
		await passDeadline();
		const asked = globalThis.fetch;
		globalThis.fetch = async () => new Response("", { status: 503 });
		await sweepUntilQuiet();
		expect(await incidentOf(id)).toMatchObject({ status: "running" });
		expect(relay.made).toHaveLength(1);

		globalThis.fetch = asked;
		await passTime(HOUR_MS);
		await fireCron();
		expect(await incidentOf(id)).toMatchObject({ status: "waiting", attempts: [{ outcome: "Failed" }] });
	});
});
