import type { Gathering } from "../context/gather-context.ts";
import type { Effects } from "../effects.ts";
import type { LockedIncident } from "../journal/incident-row.ts";
import { waitUntil } from "./lay-aside.ts";
import type { Progress } from "./progress.ts";

// GitHub's limits are by the hour: after some of them the remediation matters more than the part that is missing.
const LONGEST_MS = 3 * 3600 * 1000;
const LONGEST_WAIT_MS = 65 * 60 * 1000;
// Those that waited for the same hour do not come back at the same moment.
const SPREAD_MS = 10_000;

/**
 * Lets an incident wait until the time that a source named, so that no part of its context is lost to a rate limit.
 * Undefined once it has waited for three hours: it goes on without that part.
 */
export async function deferForRateLimit(
	effects: Effects,
	locked: LockedIncident,
	{ until_ms, why }: NonNullable<Gathering["deferred"]>,
): Promise<Progress | undefined> {
	const now = effects.now();
	const failing_since = locked.failing_since ?? now;
	if (now - failing_since >= LONGEST_MS) return undefined;
	const wait = Math.min(LONGEST_WAIT_MS, Math.max(1000, until_ms - now));
	const next_try_at = Math.round(now + wait + effects.random() * SPREAD_MS);
	return await waitUntil(effects, locked, { reason: why, next_try_at, failing_since, tries: locked.tries, now });
}
