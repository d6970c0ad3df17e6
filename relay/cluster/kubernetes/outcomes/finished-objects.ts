import type { KubeConfig } from "@kubernetes/client-node";
import { MINUTE_MS } from "../../../../wire/durations.ts";
import type { WireOutcome } from "../../../../wire/outcome.ts";
import type { FinishedCodeRuns } from "../../finished-coderuns.ts";
import { readSeen } from "../coderun-api.ts";
import { labelReported } from "./coderun-marks.ts";
import { coderunView } from "./coderun-view.ts";
import { type DeadlineTools, endOverdue, mayStillStart } from "./end-overdue.ts";
import { findGone } from "./find-gone.ts";
import { findLost } from "./find-lost.ts";
import { followCodeRuns } from "./follow-coderuns.ts";
import { findIncidentLease, markIncidentLease } from "./incident-lease.ts";
import { endOf, endOfLost } from "./outcome-of.ts";

export interface FinishedObjectsTools extends DeadlineTools {
	readonly kubeConfig: KubeConfig;
}

/** How often claims are searched for CodeRuns that disappeared unseen; also after each new list. */
const SEARCH_EVERY_MS = 10 * MINUTE_MS;

/**
 * The CodeRuns of a namespace that ended: by their phase, by deletion, or by their deadline. The label
 * `healer/reported` on the CodeRun, and on its incident's claim, means that the worker has an outcome. Memory holds
 * only a view; a restarted relay rebuilds it.
 */
export function finishedObjects(tools: FinishedObjectsTools): FinishedCodeRuns {
	const { clients, namespace, clock, log } = tools;
	const view = coderunView();
	/** Outcomes of CodeRuns that are gone, until they are reported. */
	const gone = new Map<string, WireOutcome>();
	let listed = false;
	let searchAt = 0;

	async function lookUpLeft(): Promise<void> {
		for (const seen of [...view.leftBehind.values()]) {
			const scan = await findGone(tools, seen);
			if (scan.kind === "wait") continue;
			// It may have been recreated in the meantime.
			if (view.leftBehind.get(seen.name) !== seen) continue;
			view.forget(seen.name);
			if (scan.kind === "gone") gone.set(seen.name, scan.outcome);
		}
	}

	async function searchLost(): Promise<void> {
		if (clock.monotonic() < searchAt) return;
		searchAt = clock.monotonic() + SEARCH_EVERY_MS;
		const found = await findLost(clients, namespace, (name) => view.knows(name) || gone.has(name));
		if (found.kind === "unavailable") {
			searchAt = clock.monotonic() + SEARCH_EVERY_MS / 20;
			log({ level: "warn", message: "claims cannot be read", reason: found.why });
			return;
		}
		for (const outcome of found.outcomes) gone.set(outcome.coderun_name, outcome);
	}

	return {
		async listUnreported() {
			if (!listed) return { kind: "listed", outcomes: [] };
			await lookUpLeft();
			await searchLost();
			const outcomes: WireOutcome[] = [];
			for (const seen of [...view.running.values()]) {
				if ((await endOverdue(tools, seen)) === "wait") continue;
				const outcome = endOf(seen);
				if (outcome !== undefined) outcomes.push(outcome);
			}
			return { kind: "listed", outcomes: [...outcomes, ...gone.values()] };
		},
		async markReported(name) {
			// A CodeRun that its deadline ended may have gone while its outcome was posted.
			const seen = view.running.get(name) ?? view.leftBehind.get(name);
			const outcome = gone.get(name) ?? (seen && endOf(seen));
			if (outcome === undefined) return { kind: "marked" };
			const marked = await markIncidentLease(clients, namespace, outcome, { mark: "reported", outcome });
			if (marked.kind === "unavailable") return marked;
			if (seen !== undefined) {
				const labelled = await labelReported(clients, namespace, seen, seen.terminal ? "true" : "timed-out");
				if (labelled.kind === "unavailable") return labelled;
			}
			view.forget(name);
			gone.delete(name);
			return { kind: "marked" };
		},
		async inspect(name) {
			const found = await readSeen(clients, namespace, name);
			if (found.kind !== "found") return found;
			const { identity, started } = found.seen;
			const outcome = mayStillStart(tools, found.seen) ? undefined : endOf(found.seen);
			return { kind: "found", ...(identity && { identity }), started, ...(outcome && { outcome }) };
		},
		async endOfMissing(claim) {
			const found = await findIncidentLease(clients, namespace, claim.holder);
			if (found.kind === "unavailable") return found;
			const { attempt, coderun_name, holder: incident_id } = claim;
			const isSame = found.kind === "found" && found.lease.coderun_name === coderun_name;
			if (isSame) return { kind: "ended", outcome: found.lease.outcome ?? endOfLost(found.lease) };
			return {
				kind: "ended",
				outcome: endOfLost({ coderun_name, incident_id, attempt, timed_out_at: null, not_started_at: null }),
			};
		},
		watch(changed) {
			return followCodeRuns(tools, {
				listed(all) {
					view.listed(all);
					listed = true;
					searchAt = 0;
					changed();
				},
				seen(coderun) {
					view.seen(coderun);
					changed();
				},
				left(coderun) {
					view.left(coderun);
					changed();
				},
			});
		},
	};
}
