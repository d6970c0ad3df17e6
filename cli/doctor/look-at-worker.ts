import { randomUUID } from "node:crypto";
import { secretsProblem } from "../../wire/secret.ts";
import { signMessage } from "../../wire/signature.ts";
import { signedHeaders } from "../replay.ts";
import { type Answer, ask, describe } from "./ask.ts";
import { type Check, fine, missing, skipped } from "./check.ts";
import { askWithEach } from "./each-secret.ts";
import type { Places } from "./places.ts";

/** The worker, its journal, and whether it knows the secrets that are known here. No request leaves anything behind. */
export async function lookAtWorker(places: Places): Promise<readonly Check[]> {
	const { worker } = places;
	if (worker === undefined) return [skipped("worker", "not looked at.", "Set HEALER_URL to its address.")];
	const health = healthOf(worker, await ask(worker, "/health"));
	if (health.status !== "ok") return [health];
	return [
		health,
		...(await Promise.all([
			lookAtStatus(worker, places.apiTokens),
			tryTokens(worker, places.apiTokens),
			tryWebhookSecrets(worker, places.webhookSecrets),
			tryWireSecrets(worker, places.wireSecrets),
		])),
	];
}

function healthOf(worker: string, answer: Answer): Check {
	if (answer.kind === "answered" && answer.status === 200) return fine("worker", `${worker} writes its journal.`);
	if (answer.kind === "answered" && answer.status === 503) {
		const cure = "Give it its tables: npx wrangler d1 migrations apply healer-journal --remote.";
		return missing("worker", `${worker} runs, but its journal does not answer.`, cure);
	}
	return missing("worker", `${worker}/health: ${describe(answer)}`, "Deploy it: npm run build, npx wrangler deploy.");
}

/** Reads journal and pipeline as people do. */
async function lookAtStatus(worker: string, [token]: readonly string[]): Promise<Check> {
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const answer = await ask(worker, "/api/status", { headers });
	if (answer.kind === "answered" && answer.status === 200) {
		const { pipeline } = JSON.parse(answer.text) as { pipeline: string };
		return fine("pipeline in force", `${pipeline.slice(0, 12)}.`);
	}
	if (answer.kind === "answered" && answer.status === 401) {
		return skipped("pipeline in force", "not shown without a token.", "Set HEALER_API_TOKEN to the worker's.");
	}
	return missing("pipeline in force", `/api/status: ${describe(answer)}`, "See the worker's log: npx wrangler tail.");
}

/** A list is no event: it is refused with 400, but not before the token is looked at. */
function tryTokens(worker: string, tokens: readonly string[]): Check | Promise<Check> {
	const name = "sensor's token";
	if (tokens.length === 0) return skipped(name, "not tried.", "Set HEALER_API_TOKEN.");
	const question = {
		...{ name, variable: "HEALER_API_TOKEN", at: "the worker", accepted: 400 },
		cure: "Set the worker's: npx wrangler secret put HEALER_API_TOKEN.",
		ask: (token: string) => {
			const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
			return ask(worker, "/api/remediate/ci-failure", { method: "POST", headers, body: "[]" });
		},
	};
	return askWithEach(question, tokens);
}

/** GitHub's own first delivery to a new webhook. */
function tryWebhookSecrets(worker: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "GitHub's signature";
	if (secrets.length === 0) return skipped(name, "not tried.", "Set GITHUB_WEBHOOK_SECRET.");
	const body = JSON.stringify({ zen: "Is anybody there?", hook_id: 0 });
	const question = {
		...{ name, variable: "GITHUB_WEBHOOK_SECRET", at: "the worker", accepted: 202 },
		cure: "Set the worker's: npx wrangler secret put GITHUB_WEBHOOK_SECRET.",
		ask: (secret: string) => {
			const headers = signedHeaders("ping", randomUUID(), secret, Buffer.from(body));
			return ask(worker, "/webhooks/github", { method: "POST", headers, body });
		},
	};
	return askWithEach(question, secrets);
}

/** An outcome of nothing: refused with 422, but not before its signature is looked at. */
function tryWireSecrets(worker: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "wire, at the worker";
	if (secrets.length === 0) return skipped(name, "not tried.", "Set HEALER_WIRE_SECRETS.");
	const problem = secretsProblem(secrets);
	if (problem !== undefined) return missing(name, `${problem}.`, "Set it anew at the worker and at the relay.");
	const question = {
		...{ name, variable: "HEALER_WIRE_SECRETS", at: "the worker", accepted: 422 },
		cure: "Set the worker's: npx wrangler secret put HEALER_WIRE_SECRETS.",
		ask: (secret: string) => {
			const headers = signMessage([secret], { id: "doctor", at: Date.now() / 1000, body: "{}" });
			return ask(worker, "/api/outcomes", { method: "POST", headers, body: "{}" });
		},
	};
	return askWithEach(question, secrets);
}
