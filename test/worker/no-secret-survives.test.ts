import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readSecrets } from "../../wire/secret.ts";
import { signMessage } from "../../wire/signature.ts";
import { everyEdgeSource } from "../../worker/context/source.ts";
import { processIncident } from "../../worker/dispatch/process-incident.ts";
import { currentEngine } from "../../worker/engine.ts";
import { acceptDelivery } from "../../worker/ingest/accept-delivery.ts";
import type { AttemptRow } from "../../worker/journal/attempts.ts";
import { findFacts } from "../../worker/journal/facts.ts";
import type { IncidentRow } from "../../worker/journal/incidents.ts";
import { findFound, requestBody } from "../../worker/journal/packed-decision.ts";
import { unpackJson } from "../../worker/journal/packed-json.ts";
import { createLog } from "../../worker/log.ts";
import { JWT, PLANTED, pem } from "../pipeline/redaction/planted-secrets.ts";
import { now } from "./support/clock.ts";
import { failedRun } from "./support/failed-job.ts";
import { type Stub, stubEffects } from "./support/stub-effects.ts";
import { get, send } from "./support/worker.ts";

const ALERT_SECRET = "hunter2 of the alert, like nothing else";
const KEY = pem("OPENSSH PRIVATE KEY", 6, 700);
const TEXT = [...PLANTED.map(({ text }) => text), KEY, `id token ${JWT}`].join("\n");
const SECRETS = [...PLANTED.map(({ secret }) => secret), ...KEY.split("\n").slice(1, -1), JWT, ALERT_SECRET];

function expectNone(where: string, text: string): void {
	for (const secret of SECRETS) expect(text.includes(secret), `${where} has ${secret}`).toBe(false);
	// Nor in the form that JSON gives it, nor most of it.
	for (const secret of SECRETS) {
		const part = JSON.stringify(secret).slice(1, -1);
		const most = part.slice(0, Math.max(12, Math.floor(part.length / 2)));
		expect(text.includes(most), `${where} has half of ${secret}`).toBe(false);
	}
}

async function journalText(): Promise<string> {
	const { results } = await env.JOURNAL.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
		name: string;
	}>();
	const tables = results.map(({ name }) => name).filter((name) => !/^(_cf|sqlite|d1_)/.test(name));
	const rows = await Promise.all(tables.map((name) => env.JOURNAL.prepare(`SELECT * FROM ${name}`).all()));
	const values = rows.flatMap(({ results }) => results.flatMap((row) => Object.values(row)));
	const texts = values.filter((value) => typeof value === "string");
	// What is stored packed is searched as it was.
	const unpacked = await Promise.all(texts.map(async (text) => unpackJson(text)));
	const { results: incidents } = await env.JOURNAL.prepare("SELECT * FROM incidents").all<IncidentRow>();
	const { results: attempts } = await env.JOURNAL.prepare("SELECT * FROM attempts").all<AttemptRow>();
	const decided = await Promise.all([
		...attempts.map((row) => requestBody(env.JOURNAL, row)),
		...incidents.map((row) => findFound(env.JOURNAL, row)),
		...incidents.map(({ id }) => findFacts(env.JOURNAL, id)),
	]);
	return JSON.stringify([values, unpacked, decided]);
}

/** Every source tells secrets, also in why it failed. */
function leaking(stub: Stub): Stub["sources"] {
	return ({ newLogReader }) => {
		const reader = newLogReader();
		reader.write(`##[group]Run env\n##[endgroup]\n${TEXT}\n##[error]Process completed with exit code 1.\n`);
		const data = { reading: reader.end(), jobs: [{ name: "env", failed_steps: [TEXT.slice(0, 200)], log: "whole" }] };
		const ok = async () =>
			({ status: "ok", data: { lines: TEXT.split("\n"), message: TEXT, title: TEXT, number: 3 } }) as const;
		return {
			edge: {
				...everyEdgeSource(ok),
				"github.run": async () => ({ status: "failed", why: TEXT }),
				"github.job_logs": async () => ({ status: "ok", data }),
				"github.changed_files": async () => ({ status: "ok", data: { files: [{ path: "a.rs" }] }, incomplete: TEXT }),
			},
			cluster: async (requests) =>
				requests.map(() => ({ status: "ok", data: { lines: TEXT.split("\n") }, took_ms: stub.clock })),
		};
	};
}

describe("a secret that others printed", () => {
	it("is in no prompt, no row of the journal, no log line and no answer", async () => {
		const lines: string[] = [];
		const log = createLog({}, (line) => lines.push(line));
		const stub = stubEffects();
		const engine = await currentEngine(env, Date.now(), log);
		const effects: Stub = { ...stub, log, engine: async () => engine };
		const leaky = { ...effects, sources: leaking(stub) };

		const run = failedRun();
		const payload = {
			...run,
			workflow_run: {
				...(run.workflow_run as object),
				display_title: TEXT,
				head_repository: { full_name: "5dlabs/cto" },
				head_commit: { id: "0", message: `Fix it\n\n${TEXT}` },
			},
		};
		const delivery = { event: "workflow_run", delivery_id: "d-secrets", payload };
		const accepted = await acceptDelivery(leaky, delivery, "sensor", log);
		if (accepted.status !== "accepted")
			throw new Error(`the delivery was ${accepted.status}: ${JSON.stringify(accepted)}`);
		stub.relay = (_id, body) => ({
			ok: true,
			result: { result: "created", coderun_name: JSON.parse(body).coderun.metadata.name },
		});
		expect(await processIncident(leaky, accepted.incident_id)).toMatchObject({ state: "running" });

		const [sent] = stub.sent;
		expect(sent?.body).toContain("[redacted: github token]");
		const { coderun_name } = { coderun_name: JSON.parse(sent?.body ?? "{}").coderun.metadata.name };
		const outcome = {
			coderun_name,
			incident_id: accepted.incident_id,
			attempt: 1,
			phase: "Failed",
			pull_request_url: null,
			message: TEXT,
			started_at: null,
			finished_at: null,
		};
		const told = await send(signedOutcome(outcome));
		expect(told.status).toBe(200);

		const shown = await send(get(`/api/incidents/${accepted.incident_id}`));
		expect(shown.status).toBe(200);
		const list = await send(get("/api/incidents"));
		expectNone("the spawn request", stub.sent.map(({ body }) => body).join("\n"));
		expectNone("the journal", await journalText());
		expectNone("a log line", lines.join("\n"));
		expectNone("an answer", JSON.stringify([told.body, shown.body, list.body]));
	});

	it("is nowhere when secret scanning tells it", async () => {
		const lines: string[] = [];
		const log = createLog({}, (line) => lines.push(line));
		const stub = stubEffects();
		const engine = await currentEngine(env, Date.now(), log);
		const payload = {
			action: "created",
			alert: {
				number: 12,
				secret_type: "adafruit_io_key",
				secret: ALERT_SECRET,
				html_url: "https://github.com/5dlabs/cto/security/secret-scanning/12",
			},
			repository: { full_name: "5dlabs/cto", default_branch: "main" },
			sender: { login: "github", type: "User" },
		};
		const delivery = { event: "secret_scanning_alert", delivery_id: "d-alert", payload };
		const effects: Stub = { ...stub, log, engine: async () => engine };
		const accepted = await acceptDelivery(effects, delivery, "sensor", log);
		if (accepted.status !== "accepted")
			throw new Error(`the delivery was ${accepted.status}: ${JSON.stringify(accepted)}`);
		await processIncident(effects, accepted.incident_id);
		expect(stub.sent).toHaveLength(1);
		expectNone("the spawn request", stub.sent.map(({ body }) => body).join("\n"));
		expectNone("the journal", await journalText());
		expectNone("a log line", lines.join("\n"));
	});
});

function signedOutcome(outcome: { readonly incident_id: string; readonly attempt: number }): Request {
	const body = JSON.stringify(outcome);
	const id = `${outcome.incident_id}.${outcome.attempt}.outcome`;
	const message = { id, at: now() / 1000, body };
	const headers = new Headers(signMessage(readSecrets(env.HEALER_WIRE_SECRETS), message));
	return new Request("http://127.0.0.1:8787/api/outcomes", { method: "POST", headers, body });
}
