import { readSecretList } from "../../wire/secret-list.ts";
import { withTimeout } from "../../wire/with-timeout.ts";
import { currentEngine } from "../engine.ts";
import type { Env } from "../env.ts";
import { jsonResponse } from "../http/responses.ts";
import { deliveryQueue, type QueuedMessage, queueTakesMessages } from "../ingest/delivery-queue.ts";
import { explainFailure } from "../journal/failure.ts";
import { findJournalFailure } from "../journal/use-journal.ts";
import { createLog, type Log } from "../log.ts";
import { SharedResult } from "../runtime/shared-result.ts";

type Health =
	| { readonly status: "ok" }
	/** Deliveries are accepted, but wait in the queue. */
	| { readonly status: "degraded"; readonly reason: string }
	/** Deliveries are refused. */
	| { readonly status: "failing"; readonly reason: string };

/** Longer than the limits of the checks: a request that shares a check must not hang when the check's owner is gone. */
const WITHIN_MS = 6_000;

const probes = new SharedResult<Queue<QueuedMessage>, boolean>();

/**
 * `GET /health`, public: 200 if the next delivery would be accepted, by the journal or the queue, else 503 with the fix. It
 * tests this with a real write, at most once in two seconds for all callers.
 */
export async function showHealth(_request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const log = createLog();
	const health = await healthOf(env, ctx, log);
	if (health.status !== "ok") log.error("not healthy", { status: health.status, reason: health.reason });
	return jsonResponse(health.status === "failing" ? 503 : 200, health);
}

async function healthOf(env: Env, ctx: ExecutionContext, log: Log): Promise<Health> {
	try {
		return await withTimeout(() => tryAll(env, ctx, log), WITHIN_MS);
	} catch (cause) {
		log.error("health check failed", { cause });
		return { status: "failing", reason: "the worker's log has the reason (`npx wrangler tail`)" };
	}
}

async function tryAll(env: Env, ctx: ExecutionContext, log: Log): Promise<Health> {
	if (readSecretList(env.GITHUB_WEBHOOK_SECRET).length === 0) return { status: "failing", reason: NO_SECRET };
	const now = () => Date.now();
	const keepAlive = (work: Promise<unknown>) => ctx.waitUntil(work);
	await currentEngine(env, now(), log);

	const away = await findJournalFailure(env.JOURNAL, now, keepAlive);
	if (away === undefined) return { status: "ok" };
	const reason = explainFailure(away.failure);
	log.error("journal accepts no writes", { reason, cause: away.cause });
	const queue = deliveryQueue(env);
	if (queue === undefined) return { status: "failing", reason };
	if (await probes.find(queue, now(), () => queueTakesMessages(queue, log), keepAlive)) {
		return { status: "degraded", reason: `deliveries wait in the queue: ${reason}` };
	}
	return { status: "failing", reason: `${reason}, and the queue accepts no deliveries` };
}

const NO_SECRET =
	"no GITHUB_WEBHOOK_SECRET is set, every delivery is refused: run `npx wrangler secret put GITHUB_WEBHOOK_SECRET`";
