import type { Delivery, IgnoredReason } from "../reading.ts";
import type { Signal } from "../signal.ts";

/** Why a delivery is no incident: where it is nothing else either, what it tells of a remediation is what counts. */
export function whyIgnored(reason: IgnoredReason, { event }: Delivery, signal: Signal | undefined): IgnoredReason {
	const isNothingElse = reason.kind === "unknown_event" || reason.kind === "not_matched";
	return signal !== undefined && isNothingElse ? { kind: "tracked", event, reports: signal.reports } : reason;
}
