import type { Delivery, IgnoredReason } from "../reading.ts";
import type { Signal } from "../signal.ts";

/** Why a delivery is not an incident. A lifecycle signal takes precedence over "no match". */
export function whyIgnored(reason: IgnoredReason, { event }: Delivery, signal: Signal | undefined): IgnoredReason {
	const isNothingElse = reason.kind === "unknown_event" || reason.kind === "not_matched";
	return signal !== undefined && isNothingElse ? { kind: "tracked", event, reports: signal.reports } : reason;
}
