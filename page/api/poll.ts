import { signal } from "@preact/signals";
import { backoffMs } from "../../wire/backoff.ts";
import type { HubStatus } from "../../worker/api/shapes.ts";
import { ask } from "./ask.ts";
import { isLockedOut, token } from "./token.ts";

const EVERY_MS = 3_000;

/** The hub's state, polled every three seconds; undefined until the first answer. */
export const status = signal<HubStatus | undefined>(undefined);

/** Counts successful polls. Resources that must be as fresh as the hub's state reload with each. */
export const polls = signal(0);

/** Milliseconds since 1970, updated with each poll; ages are relative to it. */
export const now = signal(Date.now());

/** Why the last poll failed; undefined while the worker answers. */
export const trouble = signal<string | undefined>(undefined);

let etag: string | undefined;
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Polls while the tab is visible, and backs off while the worker does not answer. */
export function startPolling(): void {
	document.addEventListener("visibilitychange", pollNow);
	addEventListener("online", pollNow);
	token.subscribe(pollNow);
}

export function pollNow(): void {
	clearTimeout(timer);
	timer = setTimeout(poll, 0);
}

async function poll(): Promise<void> {
	clearTimeout(timer);
	if (document.hidden) return;
	const answer = await ask("/api/status", { etag });
	now.value = Date.now();
	if (answer.ok) {
		failures = 0;
		trouble.value = undefined;
		if (!("unchanged" in answer)) {
			status.value = answer.body as HubStatus;
			etag = answer.etag ?? undefined;
		}
		polls.value++;
	} else {
		failures++;
		trouble.value = answer.error;
		if (isLockedOut.value) return;
	}
	clearTimeout(timer);
	timer = setTimeout(poll, backoffMs(failures, { firstMs: EVERY_MS }));
}
