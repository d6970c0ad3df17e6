import { sha256Hex } from "../../pipeline/expression/sha256-hex.ts";
import { readTraceparent, type Trace } from "../../wire/trace.ts";

/** An agent's tracing library that honours its parent records nothing unless the parent is sampled. */
const SAMPLED = "01";

/**
 * The `traceparent` of a delivery: the one that its sender gave, if it is valid, else one that follows from the delivery's id,
 * so that a delivery that arrives twice, or waits in a queue, keeps its trace.
 */
export function traceparentOf(delivery_id: string, given?: string | null): string {
	if (given && readTraceparent(given) !== undefined) return given;
	if (last?.delivery_id !== delivery_id) last = { delivery_id, traceparent: newTraceparent(delivery_id) };
	return last.traceparent;
}

// A delivery's trace is asked for by its row and by its log lines, and each time costs two digests.
let last: { readonly delivery_id: string; readonly traceparent: string } | undefined;

function newTraceparent(delivery_id: string): string {
	return join({ trace_id: hexOf(`delivery:${delivery_id}`, 16), flags: SAMPLED }, "delivery");
}

/** The `traceparent` of one attempt at an incident: a child in the incident's trace, the same however often it is made. */
export function attemptTraceparent(
	{ id, traceparent }: { readonly id: string; readonly traceparent: string | null },
	attempt: number,
): string {
	return join(incidentTrace({ id, traceparent }), `${id}.${attempt}`);
}

/** The trace of an incident. One that an earlier Healer opened has none stored: it follows from the incident's id. */
export function incidentTrace({
	id,
	traceparent,
}: {
	readonly id: string;
	readonly traceparent: string | null;
}): Trace {
	return readTraceparent(traceparent) ?? { trace_id: hexOf(`incident:${id}`, 16), flags: SAMPLED };
}

/** The trace id of a delivery, for its log lines. */
export function deliveryTraceId(delivery_id: string, given?: string | null): string | undefined {
	return readTraceparent(traceparentOf(delivery_id, given))?.trace_id;
}

function join({ trace_id, flags }: Trace, span: string): string {
	return `00-${trace_id}-${hexOf(`${trace_id}:${span}`, 8)}-${flags}`;
}

function hexOf(text: string, bytes: number): string {
	return sha256Hex(text).slice(0, 2 * bytes);
}
