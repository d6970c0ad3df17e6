import { shownLine, shownTime } from "./shown.ts";

/** An event as Kubernetes' API and Argo CD's return it; the client makes dates of times. */
export interface ShownEvent {
	readonly type?: string | undefined;
	readonly reason?: string | undefined;
	readonly message?: string | undefined;
	readonly count?: number | undefined;
	readonly involvedObject?: { readonly name?: string | undefined } | undefined;
	readonly series?: { readonly lastObservedTime?: Date | string | null | undefined } | null | undefined;
	readonly lastTimestamp?: Date | string | null | undefined;
	readonly eventTime?: Date | string | null | undefined;
	readonly firstTimestamp?: Date | string | null | undefined;
	readonly metadata?: { readonly creationTimestamp?: Date | string | null | undefined } | undefined;
}

const MAX_EVENTS = 20;

/** The newest events, one line each. */
export function eventLines(events: readonly ShownEvent[]): string[] {
	return events
		.map((event) => ({ event, at: lastSeen(event) }))
		.toSorted((a, b) => b.at - a.at)
		.slice(0, MAX_EVENTS)
		.map(({ event: { type, reason, count, involvedObject, message }, at }) => {
			const times = count !== undefined && count > 1 ? `, ${count} times` : "";
			const head = `${shownTime(at)} ${involvedObject?.name ?? ""}: ${type ?? "Normal"} ${reason ?? ""}${times}`;
			return shownLine(message ? `${head}: ${message}` : head);
		});
}

/** Newer reporters fill `series` and `eventTime` instead of `lastTimestamp` (API reference, `core/v1.Event`). */
function lastSeen({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: ShownEvent): number {
	const times = [series?.lastObservedTime, lastTimestamp, eventTime, firstTimestamp, metadata?.creationTimestamp];
	const time = times.find((one) => one !== undefined && one !== null);
	return time === undefined || time === null ? 0 : new Date(time).getTime();
}
