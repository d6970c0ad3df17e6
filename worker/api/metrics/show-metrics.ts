import { OPEN_METRICS_CONTENT_TYPE, renderOpenMetrics } from "../../../wire/open-metrics.ts";
import { withTimeout } from "../../../wire/with-timeout.ts";
import { createEffects } from "../../create-effects.ts";
import { currentPause } from "../../dispatch/gates.ts";
import type { Effects } from "../../effects.ts";
import type { Env } from "../../env.ts";
import { deliveryQueue } from "../../ingest/delivery-queue.ts";
import { writeCounts } from "../../ingest/write-counts.ts";
import { measureJournal } from "../../journal/measure.ts";
import { findStall } from "../../journal/starts.ts";
import { findJournalFailure } from "../../journal/use-journal.ts";
import { createLog } from "../../log.ts";
import { SharedResult } from "../../runtime/shared-result.ts";
import { familiesOf, type Measured } from "./families.ts";

/** By default Prometheus gives up a scrape after ten seconds; both parts end before that. */
const WITHIN_MS = 4_000;

// Several Prometheus servers, and whoever looks, cost the journal one reading.
const KEPT_MS = 5_000;

const measurements = new SharedResult<D1Database, Measured>(KEPT_MS);

/**
 * `GET /metrics`: OpenMetrics (docs/observability.md). Always 200, so that an alert can tell a journal that is away from a
 * worker that is.
 */
export async function showMetrics(_request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const effects = createEffects(env, createLog());
	const keepAlive = (work: Promise<unknown>) => ctx.waitUntil(work);
	const measured = await measurements.find(
		env.JOURNAL,
		effects.now(),
		() => measure(effects, env, keepAlive),
		keepAlive,
	);
	return new Response(renderOpenMetrics(familiesOf(measured)), {
		headers: {
			"content-type": OPEN_METRICS_CONTENT_TYPE,
			"cache-control": "no-store",
			"x-content-type-options": "nosniff",
		},
	});
}

/** Never throws. */
async function measure(effects: Effects, env: Env, keepAlive: (work: Promise<unknown>) => void): Promise<Measured> {
	const queue = measureQueue(env);
	const { now } = effects;
	// One after the other: each is timed.
	const write_ms = await attempt(effects, "write", async () => {
		const began = now();
		const failure = await findJournalFailure(env.JOURNAL, now, keepAlive);
		return failure === undefined ? now() - began : undefined;
	});
	const journal = await attempt(effects, "read", async () => {
		await writeCounts(effects);
		const [pause, stall] = await Promise.all([currentPause(effects), findStall(effects.journal)]);
		const began = now();
		const measurement = await measureJournal(effects.journal, began);
		return { ...measurement, read_ms: now() - began, isPaused: pause !== undefined, isStalled: stall !== undefined };
	});
	return { now: now(), write_ms, journal, queue: await queue };
}

async function attempt<T>({ log }: Effects, what: string, work: () => Promise<T>): Promise<T | undefined> {
	try {
		return await withTimeout(work, WITHIN_MS);
	} catch (cause) {
		log.error("journal not measured", { what, cause });
		return undefined;
	}
}

/** Undefined without such a queue, or if it does not answer. */
async function measureQueue(env: Env): Promise<Measured["queue"]> {
	const queue = deliveryQueue(env);
	if (queue === undefined) return undefined;
	try {
		const { backlogCount, oldestMessageTimestamp } = await withTimeout(() => queue.metrics(), WITHIN_MS);
		const oldest = backlogCount > 0 ? Number(oldestMessageTimestamp ?? 0) : 0;
		return { waiting: backlogCount, oldest_at: oldest > 0 ? oldest : null };
	} catch {
		return undefined;
	}
}
