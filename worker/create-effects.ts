import { MINUTE_MS } from "../wire/durations.ts";
import { once } from "../wire/once.ts";
import { createSources } from "./context/create-sources.ts";
import { nothingLeft } from "./context/recheck/nothing-left.ts";
import type { Effects, NotificationTools } from "./effects.ts";
import { currentEngine } from "./engine.ts";
import type { Env } from "./env.ts";
import { createGitHub } from "./github/create-github.ts";
import { webAddressOf } from "./github/web-address.ts";
import type { Log } from "./log.ts";
import { publishPipeline } from "./published-pipeline.ts";
import { createAskStatus } from "./relay/ask-status.ts";
import { createClaimCache } from "./relay/claim-cache.ts";
import { relayFetch } from "./relay/relay-fetch.ts";
import { createSendSpawn } from "./relay/send-spawn.ts";
import { countedBindings, countedFetch, InvocationBudget } from "./runtime/budget.ts";
import { systemClock } from "./runtime/clock.ts";

// The relay ends what takes too long, and tells it again until it was heard; this is for a relay that is gone for good.
const OVERDUE_AFTER_MS = 30 * MINUTE_MS;

// What is due later is found by the sweep at its time.
const SWEEP_EVERY_MS = MINUTE_MS;

/**
 * The real effects, for one invocation. With `ctx`, hints are given behind its answer: nobody waits for them. Most deliveries
 * are ignored and need none of it, so each part is made when it is first asked for.
 */
export function createEffects(given: Env, log: Log, ctx?: ExecutionContext): Effects {
	const budget = new InvocationBudget();
	const env = once((): Env => ({ ...given, ...countedBindings(given, budget) }));
	const now = () => systemClock.now();
	const newId = () => crypto.randomUUID();
	// As a function of its own: the runtime's refuses to be called as a method.
	const plainFetch = countedFetch((input, init) => fetch(input, init), budget);
	const toRelay = once(() => countedFetch(relayFetch(env()), budget));
	const github = once(() => ({ client: createGitHub(env(), { fetch: plainFetch, now, log }) }));
	const sources = once(() => {
		const relay = { env: env(), fetch: toRelay(), now, newId };
		return createSources({ github: github().client, fetch: plainFetch, relay });
	});
	const notifications = once(() => notificationTools(env(), plainFetch));
	const claims = once(() => createClaimCache(env().DEDUP, now, log));
	const sendSpawn = once(() => createSendSpawn(env(), now, toRelay()));
	const askStatus = once(() => createAskStatus(env(), { now, newId, fetch: toRelay() }));
	// Asked for at each delivery, and KV only now and then.
	const engineSource = {
		HEALER_LOOPBACK: given.HEALER_LOOPBACK,
		get DEDUP() {
			return env().DEDUP;
		},
	};
	return {
		get journal() {
			return env().JOURNAL;
		},
		budget,
		now,
		sleep: (ms) => systemClock.sleep(ms),
		random: () => Math.random(),
		newId,
		engine: () => currentEngine(engineSource, now(), log),
		publishPipeline: () => publishPipeline(env().JOURNAL, env().DEDUP),
		get sources() {
			return sources();
		},
		nothingLeft,
		overdueAfterMs: given.HEALER_SINK === "directory" ? undefined : OVERDUE_AFTER_MS,
		get github() {
			return github().client;
		},
		get notifications() {
			return notifications();
		},
		get claims() {
			return claims();
		},
		get sendSpawn() {
			return sendSpawn();
		},
		get askStatus() {
			return askStatus();
		},
		async wake(incidentId, delayMs) {
			if (delayMs > SWEEP_EVERY_MS) return;
			const hint = sendWakeup(env(), incidentId, delayMs, log);
			if (ctx === undefined) await hint;
			else ctx.waitUntil(hint);
		},
		wakeAll: (incidentIds) => sendWakeups(env(), incidentIds, log),
		log,
	};
}

function notificationTools(env: Env, toReceivers: typeof fetch): NotificationTools {
	return {
		fetch: toReceivers,
		variable: (name) => {
			// Checked here, too: a pushed pipeline may have been built by anything.
			const value: unknown = name.startsWith("HEALER_NOTIFY_") ? Reflect.get(env, name) : undefined;
			return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
		},
		isLoopback: env.HEALER_LOOPBACK === "true",
		page_url: URL.parse(env.HEALER_URL ?? "")?.href.replace(/\/+$/, ""),
		github_url: webAddressOf(env.GITHUB_API_URL),
	};
}

async function sendWakeup(env: Env, incident_id: string, delayMs: number, log: Log): Promise<void> {
	const delaySeconds = Math.max(0, Math.ceil(delayMs / 1000));
	try {
		await env.WAKEUPS.send({ incident_id }, { delaySeconds });
	} catch (cause) {
		log.warn("no wake-up was sent; the sweep will find the incident", { incident_id, cause });
	}
}

// https://developers.cloudflare.com/queues/platform/limits/
const MOST_IN_BATCH = 100;

async function sendWakeups(env: Env, ids: readonly string[], log: Log): Promise<void> {
	try {
		for (let at = 0; at < ids.length; at += MOST_IN_BATCH) {
			const batch = ids.slice(at, at + MOST_IN_BATCH);
			await env.WAKEUPS.sendBatch(batch.map((incident_id) => ({ body: { incident_id } })));
		}
	} catch (cause) {
		log.warn("wake-ups were not sent; the sweep will find the incidents", { cause });
	}
}
