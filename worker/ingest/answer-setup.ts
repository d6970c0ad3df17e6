import type { Effects } from "../effects.ts";

/** Events that GitHub sends about the webhook or the App itself. */
const SETUP_EVENTS = ["ping", "installation"] as const;
export type SetupEvent = (typeof SETUP_EVENTS)[number];

/** Narrows an event's name. */
export function isSetupEvent(event: string): event is SetupEvent {
	return SETUP_EVENTS.some((known) => known === event);
}

/**
 * The answer to `ping` and `installation`: whether GitHub sends every event that the pipeline needs, else which ones are
 * missing (https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping).
 */
export async function answerSetup(effects: Pick<Effects, "engine" | "log">, event: SetupEvent, payload: unknown) {
	const { webhook_events } = await effects.engine();
	const sent = listedEvents(payload);
	const missing = sent === undefined || sent.includes("*") ? [] : webhook_events.filter((name) => !sent.includes(name));
	const greeting = event === "ping" ? "pong: the webhook is set up" : "the App's installation event was received";
	if (missing.length === 0) {
		effects.log.info(event);
		return greeting;
	}
	effects.log.warn("GitHub does not send events that the pipeline needs", { event, missing: missing.join(", ") });
	return `${greeting}, but GitHub does not send events that the pipeline needs: ${missing.join(", ")}`;
}

/** `events` of the hook, or of the installation; undefined if the payload lists none. */
function listedEvents(payload: unknown): readonly unknown[] | undefined {
	if (typeof payload !== "object" || payload === null) return undefined;
	const holder = "hook" in payload ? payload.hook : "installation" in payload ? payload.installation : undefined;
	if (typeof holder !== "object" || holder === null || !("events" in holder)) return undefined;
	return Array.isArray(holder.events) ? holder.events : undefined;
}
