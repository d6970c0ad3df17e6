import { signal } from "@preact/signals";
import type { HubStatus } from "../../worker/api/shapes.ts";
import { ask } from "./ask.ts";
import { isLockedOut, token } from "./token.ts";

const EVERY_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;

/** The hub's state, asked for every three seconds; undefined until the first answer. */
export const status = signal<HubStatus | undefined>(undefined);

/** Counts the looks at the hub: what has to be as new as it asks again with each. */
export const polls = signal(0);

/** Milliseconds since 1970, for the ages that are shown. */
export const now = signal(Date.now());

/** Undefined while the worker answers; else what is wrong. */
export const trouble = signal<string | undefined>(undefined);

let etag: string | undefined;
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks again and again while somebody can see it, less often while nobody answers. */
export function startPolling(): void {
	document.addEventListener("visibilitychange", pollNow);
	addEventListener("online", pollNow);
	token.subscribe(pollNow);
}

export function pollNow(): void {
	clearTimeout(timer);
	timer = setTimeout(look, 0);
}

async function look(): Promise<void> {
	clearTimeout(timer);
	if (document.hidden) return;
	const asked = await ask("/api/status", { etag });
	now.value = Date.now();
	if (asked.ok) {
		failures = 0;
		trouble.value = undefined;
		if (!("unchanged" in asked)) {
			status.value = asked.body as HubStatus;
			etag = asked.etag ?? undefined;
		}
		polls.value++;
	} else {
		failures++;
		trouble.value = asked.error;
		if (isLockedOut.value) return;
	}
	clearTimeout(timer);
	timer = setTimeout(look, Math.min(LONGEST_PAUSE_MS, EVERY_MS * 2 ** failures));
}
