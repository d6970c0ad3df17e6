import { randomUUID } from "node:crypto";
import type { Artefact } from "../../../pipeline/index.ts";
import { journalSize, largeJournal } from "../../../wire/journal-size.ts";
import { secretsProblem } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import type { HubStatus } from "../../../worker/api/shapes.ts";
import type { Places } from "../../places.ts";
import { signedHeaders } from "../../replay.ts";
import { tokenFor } from "../../worker-api.ts";
import { type Answer, ask, describe } from "../ask.ts";
import { type Check, failed, passed, unknown, warning } from "../check-result.ts";
import type { Part } from "../part.ts";
import { describeDifference } from "../pipeline-difference.ts";
import { askWithEach } from "./each-secret.ts";
import { tryTokens } from "./tokens.ts";

/** Characters of an answer that holds a pipeline with its packs. */
const ARTEFACT_LENGTH = 20_000_000;

/**
 * The worker, its journal, whether its pipeline is the local one, and whether it accepts the secrets known here. The
 * requests leave nothing behind.
 */
export function workerParts(places: Places, local?: Artefact): readonly Part[] {
	const { worker, tokens } = places;
	if (worker === undefined)
		return [{ name: "worker", check: () => unknown("worker", "not checked.", "Set HEALER_URL to its address.") }];
	return [
		{ name: "worker", check: async () => healthOf(worker, await ask(worker, "/health")) },
		{ name: "active pipeline", check: () => checkStatus(worker, tokens, local) },
		{ name: "tokens", check: () => tryTokens(worker, tokens) },
		{ name: "GitHub's signature", check: () => tryWebhookSecrets(worker, places.webhookSecrets) },
		{ name: "wire, at the worker", check: () => tryWireSecrets(worker, places.wireSecrets) },
	];
}

function healthOf(worker: string, answer: Answer): Check {
	if (answer.kind === "answered" && (answer.status === 200 || answer.status === 503)) {
		const { status, reason } = readHealth(answer.text);
		const see = "See the worker's log: npx wrangler tail.";
		if (answer.status === 503)
			return failed("worker", `${worker} refuses deliveries: ${reason ?? "no reason given"}.`, see);
		if (status !== "degraded") return passed("worker", `${worker} writes its journal.`);
		return failed("worker", `${worker} does not write its journal: ${reason ?? "no reason given"}.`, see);
	}
	return failed("worker", `${worker}/health: ${describe(answer)}`, "Deploy it: npm run build, npx wrangler deploy.");
}

/** The answer of `/health`; an older worker gives no reason, and another server no JSON. */
function readHealth(text: string): { readonly status?: unknown; readonly reason?: string } {
	const { status, reason }: { status?: unknown; reason?: unknown } = readObject(text);
	return { status, ...(typeof reason === "string" && { reason }) };
}

/** Reads the journal's and the pipeline's status through the API. */
async function checkStatus(worker: string, tokens: Places["tokens"], local?: Artefact): Promise<readonly Check[]> {
	const name = "active pipeline";
	const answer = await askAs(worker, "/api/status", tokenFor("read", tokens));
	if (answer.kind === "answered" && answer.status === 200) {
		const status: Partial<HubStatus> = readObject(answer.text);
		const active = await compareActive(worker, String(status.pipeline), tokens, local);
		return [
			active,
			...unstartedCodeRuns(status),
			...refusedSignatures(status),
			...waitingDeliveries(status),
			...journalSpace(status),
			...notifications(status),
		];
	}
	if (answer.kind === "answered" && answer.status === 401) {
		const set = "Set HEALER_READ_TOKENS or HEALER_API_TOKEN to the worker's.";
		return [unknown(name, "not shown without a token.", set)];
	}
	const see = "See the worker's log: npx wrangler tail.";
	return [unknown(name, `/api/status: ${describe(answer)}`, see)];
}

const EXPORT = "/api/export?with=pipeline";

/** Only an administrator may read the active pipeline; everybody else learns that it differs. */
async function compareActive(
	worker: string,
	active: string,
	tokens: Places["tokens"],
	local?: Artefact,
): Promise<Check> {
	const name = "active pipeline";
	const short = active.slice(0, 12);
	if (local === undefined) return unknown(name, `${short}, not compared.`, "Fix the local pipeline first.");
	if (active === local.version) return passed(name, `${short}, the same as the local one.`);
	const exported = await askAs(worker, EXPORT, tokenFor("administer", tokens), ARTEFACT_LENGTH);
	const { artefact }: { artefact?: unknown } = exported.kind === "answered" ? readObject(exported.text) : {};
	const what = isArtefact(artefact) ? describeDifference(artefact, local) : undefined;
	const summary = `${short} is not the local ${local.version.slice(0, 12)}`;
	const publish = "Publish the local one: npx healer push, or npx wrangler deploy.";
	if (what !== undefined) return warning(name, `${summary}: they differ in ${what}.`, publish);
	return warning(name, `${summary}.`, `${publish} With HEALER_ADMIN_TOKENS doctor says what differs.`);
}

/** An artefact of another version of Healer may lack what is read here. */
function isArtefact(value: unknown): value is Artefact {
	return typeof value === "object" && value !== null && "version" in value && "route" in value;
}

function askAs(worker: string, path: string, token: string | undefined, length?: number): Promise<Answer> {
	return ask(worker, path, { ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) }, length);
}

/** Nothing where another server answers something else. */
function readObject(text: string): object {
	try {
		return Object(JSON.parse(text));
	} catch {
		return {};
	}
}

function unstartedCodeRuns({ not_starting = null }: Partial<HubStatus>): readonly Check[] {
	if (not_starting === null) return [];
	const summary = `CodeRuns are created, and no controller has started one since ${not_starting.since}.`;
	return [
		failed("controller", summary, "See whether the CodeRun controller runs: kubectl get coderuns,pods -n NAMESPACE."),
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

function journalSpace({ journal }: Partial<HubStatus>): readonly Check[] {
	if (journal === undefined) return [];
	const { size_bytes } = journal;
	const large = largeJournal(size_bytes);
	if (large === undefined) return [passed("journal's size", `${journalSize(size_bytes)} of 10 GB.`)];
	return [warning("journal's size", large, "docs/storage.md, The journal: how long data is kept.")];
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
	if (secrets.length === 0) return unknown(name, "not tested.", "Set GITHUB_WEBHOOK_SECRET.");
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
	if (secrets.length === 0) return unknown(name, "not tested.", "Set HEALER_WIRE_SECRETS.");
	const problem = secretsProblem(secrets);
	if (problem !== undefined) return failed(name, `${problem}.`, "Set a new one on the worker and on the relay.");
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
