import type { IgnoredReason } from "../reading.ts";

/** Why a delivery is not an incident, as one sentence for people. */
export function renderIgnored(reason: IgnoredReason): string {
	switch (reason.kind) {
		case "unknown_event":
			return `the pipeline has no entry for the event ${reason.event}`;
		case "not_matched": {
			const action = reason.action === undefined ? "" : ` with action ${reason.action}`;
			return `no entry for the event ${reason.event} matches this delivery${action}`;
		}
		case "no_repository":
			return `this ${reason.event} names no repository`;
		case "no_identity": {
			const missing = reason.missing.length === 0 ? "" : `: missing ${reason.missing.join(", ")}`;
			return `this ${reason.event} has no identity${missing}`;
		}
		case "tracked":
			return `${reason.event} reports ${reason.reports}: recorded for the remediations of its branch, pull request or alert`;
		case "attempt_result":
			return `it is the result of an attempt at incident ${reason.incident_id}`;
		case "filtered":
			return `the filter ${reason.filter} refuses it`;
		default:
			return reason satisfies never;
	}
}
