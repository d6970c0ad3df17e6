import { randomUUID } from "node:crypto";
import { secretsProblem } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import type { HubStatus } from "../../../worker/api/shapes.ts";
import type { Places } from "../../places.ts";
import { signedHeaders } from "../../replay.ts";
import { tokenFor } from "../../worker-api.ts";
import { type Answer, ask, describe } from "../ask.ts";
import { type Check, missing, passed, skipped, warning } from "../check-result.ts";
import { askWithEach } from "./each-secret.ts";
import { tryTokens } from "./tokens.ts";

/** Checks the worker, its journal, and whether it accepts the secrets known here. The requests leave nothing behind. */
export async function checkWorker(places: Places): Promise<readonly Check[]> {
	const { worker } = places;
	if (worker === undefined) return [skipped("worker", "not checked.", "Set HEALER_URL to its address.")];
	const health = healthOf(worker, await ask(worker, "/health"));
	if (health.status !== "ok") return [health];
	return [
		health,
		...(
			await Promise.all([
				checkStatus(worker, tokenFor("read", places.tokens)),
				tryTokens(worker, places.tokens),
				tryWebhookSecrets(worker, places.webhookSecrets),
				tryWireSecrets(worker, places.wireSecrets),
			])
		).flat(),
	];
}

function healthOf(worker: string, answer: Answer): Check {
	if (answer.kind === "answered" && (answer.status === 200 || answer.status === 503)) {
		const { status, reason } = readHealth(answer.text);
		const see = "See the worker's log: npx wrangler tail.";
		if (answer.status === 503)
			return missing("worker", `${worker} refuses deliveries: ${reason ?? "no reason given"}.`, see);
		if (status !== "degraded") return passed("worker", `${worker} writes its journal.`);
		return missing("worker", `${worker} does not write its journal: ${reason ?? "no reason given"}.`, see);
	}
	return missing("worker", `${worker}/health: ${describe(answer)}`, "Deploy it: npm run build, npx wrangler deploy.");
}

/** The answer of `/health`; an older worker gives no reason, and another server no JSON. */
function readHealth(text: string): { readonly status?: unknown; readonly reason?: string } {
	try {
		const { status, reason }: { status?: unknown; reason?: unknown } = Object(JSON.parse(text));
		return { status, ...(typeof reason === "string" && { reason }) };
	} catch {
		return {};
	}
}

/** Reads the journal's and the pipeline's status through the API. */
async function checkStatus(worker: string, token: string | undefined): Promise<readonly Check[]> {
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const answer = await ask(worker, "/api/status", { headers });
	if (answer.kind === "answered" && answer.status === 200) {
		const status: Partial<HubStatus> = JSON.parse(answer.text);
		const active = passed("active pipeline", `${String(status.pipeline).slice(0, 12)}.`);
		return [
			active,
			...unstartedCodeRuns(status),
			...refusedSignatures(status),
			...waitingDeliveries(status),
			...notifications(status),
		];
	}
	if (answer.kind === "answered" && answer.status === 401) {
		return [
			skipped(
				"active pipeline",
				"not shown without a token.",
				"Set HEALER_READ_TOKENS or HEALER_API_TOKEN to the worker's.",
			),
		];
	}
	const see = "See the worker's log: npx wrangler tail.";
	return [missing("active pipeline", `/api/status: ${describe(answer)}`, see)];
}

function unstartedCodeRuns({ not_starting = null }: Partial<HubStatus>): readonly Check[] {
	if (not_starting === null) return [];
	const summary = `CodeRuns are created, and no controller has started one since ${not_starting.since}.`;
	return [
		missing("controller", summary, "See whether the CodeRun controller runs: kubectl get coderuns,pods -n NAMESPACE."),
	];
}

/** Anybody can send unsigned requests, so these do not prove a misconfiguration. */
function refusedSignatures({ refused_signatures = 0 }: Partial<HubStatus>): readonly Check[] {
	if (refused_signatures === 0) return [];
	const summary = `${refused_signatures} so far. If the GitHub App shows 401 for its deliveries, its webhook secret differs.`;
	return [passed("refused signatures", summary)];
}

function waitingDeliveries({ delivery_queue = null }: Partial<HubStatus>): readonly Check[] {
	if (delivery_queue === null || !delivery_queue.waiting) return [];
	const since = delivery_queue.oldest_at === null ? "" : `, the oldest since ${delivery_queue.oldest_at}`;
	return [passed("waiting deliveries", `${delivery_queue.waiting} waiting for the journal${since}.`)];
}

/** Each target of notifications that nothing arrives at. */
function notifications({ notifications: targets = [] }: Partial<HubStatus>): readonly Check[] {
	if (targets.length === 0) return [];
	const broken = targets.filter(({ problem, failing_since }) => problem !== null || failing_since !== null);
	if (broken.length === 0) return [passed("notifications", `${targets.length} targets, none is failing.`)];
	return broken.map(({ name, problem, failing_since, last_error, pending }) => {
		const why = problem ?? `${last_error ?? "no answer"}, failing since ${failing_since}`;
		const cure = `Then test it: npx healer notify test ${name}.`;
		return warning("notifications", `${name}: ${why}. Messages that wait: ${pending}.`, cure);
	});
}

/** A `ping`, the first delivery that GitHub sends to a new webhook. */
function tryWebhookSecrets(worker: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "GitHub's signature";
	if (secrets.length === 0) return skipped(name, "not tested.", "Set GITHUB_WEBHOOK_SECRET.");
	const body = JSON.stringify({ zen: "Is anybody there?", hook_id: 0 });
	const question = {
		...{ name, variable: "GITHUB_WEBHOOK_SECRET", at: "the worker", accepted: 202 },
		cure: "Set it on the worker: npx wrangler secret put GITHUB_WEBHOOK_SECRET.",
		ask: (secret: string) => {
			const headers = signedHeaders("ping", randomUUID(), secret, Buffer.from(body));
			return ask(worker, "/webhooks/github", { method: "POST", headers, body });
		},
	};
	return askWithEach(question, secrets);
}

/** An empty outcome: refused with 422, but only after its signature is verified. */
function tryWireSecrets(worker: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "wire, at the worker";
	if (secrets.length === 0) return skipped(name, "not tested.", "Set HEALER_WIRE_SECRETS.");
	const problem = secretsProblem(secrets);
	if (problem !== undefined) return missing(name, `${problem}.`, "Set a new one on the worker and on the relay.");
	const question = {
		...{ name, variable: "HEALER_WIRE_SECRETS", at: "the worker", accepted: 422 },
		cure: "Set it on the worker: npx wrangler secret put HEALER_WIRE_SECRETS.",
		ask: (secret: string) => {
			const headers = signMessage([secret], { id: "doctor", at: Date.now() / 1000, body: "{}" });
			return ask(worker, "/api/outcomes", { method: "POST", headers, body: "{}" });
		},
	};
	return askWithEach(question, secrets);
}
