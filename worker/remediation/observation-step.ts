import type { Green } from "../journal/observations.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import type { NextStep, RemediationState } from "./remediation-state.ts";

/** What is next to learn about a failure for which nothing was sent. Undefined: nothing, until a delivery says more. */
export function observationStep({ observation, ci, alertDone, now }: RemediationState): NextStep | undefined {
	if (observation === undefined) return undefined;
	if (observation.green_at !== null) {
		if (observation.ask_at === null) return undefined;
		return observation.ask_at > now ? { do: "wait", at: observation.ask_at } : { do: "ask_commits" };
	}
	if (ci.result === "passed") return { do: "record_green", green: greenOf(ci, now) };
	if (alertDone === undefined) return undefined;
	const none = { green_sha: null, green_url: null, ask_at: null } as const;
	return { do: "record_green", green: { ...none, green_at: now, green_by: "unknown", why: alertDone.why } };
}

function greenOf({ by, row }: CiVerdict & { readonly result: "passed" }, now: number): Green {
	const green = { green_at: row.received_at, green_sha: row.head_sha, green_url: row.url };
	if (by === "rerun") return { ...green, green_by: "rerun", why: null, ask_at: null };
	const green_by = row.actor_type === "User" ? "person" : row.actor_type === "Bot" ? "bot" : "unknown";
	return { ...green, green_by, why: null, ask_at: now };
}
