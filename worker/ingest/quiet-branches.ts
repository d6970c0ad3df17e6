import type { Signal } from "../../pipeline/index.ts";
import { remember } from "../github/isolate-memory.ts";

/**
 * Where this isolate saw lately that nothing is under remediation, so that a green check there is history alone. Another
 * isolate may have opened an incident since: what is known is forgotten soon, and only decides what is written behind its answer.
 */
const quietUntil = new Map<string, number>();

const KNOWN_FOR_MS = 10_000;

let opened = 0;

/** What `noteQuiet` needs from before the journal was asked: how many incidents were opened until then. */
export function openedSoFar(): number {
	return opened;
}

/** The journal, asked after `seen`, found nothing that the signal is about. */
export function noteQuiet(signal: Signal, now: number, seen: number): void {
	if (seen === opened) remember(quietUntil, aboutOf(signal), now + KNOWN_FOR_MS);
}

/** An incident was opened, or opened again: it may be about any of them. */
export function forgetQuiet(): void {
	opened++;
	quietUntil.clear();
}

/** Whether the signal can only be history. False where nothing is known. */
export function isQuiet(signal: Signal, now: number): boolean {
	const until = quietUntil.get(aboutOf(signal)) ?? 0;
	// A clock that was set back keeps nothing for longer.
	return now < until && until - now <= KNOWN_FOR_MS;
}

/** What a signal is about: two that are about the same affect the same remediations. */
export function aboutOf({ repository, head_repository = "", branch = "", pr_number = 0 }: Signal): string {
	return [repository, head_repository, branch, pr_number].join("\n");
}
