/**
 * A `traceparent` of W3C Trace Context, version 00: trace id, parent id and flags in lower-case hex, neither id all zeros
 * (https://www.w3.org/TR/trace-context/#traceparent-header-field-values).
 */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

export const TRACEPARENT_HEADER = "traceparent";
/** The CodeRun's annotation, and the environment variable that OpenTelemetry's tools read, which hold the same value. */
export const TRACEPARENT_ANNOTATION = "healer/traceparent";
export const TRACEPARENT_VARIABLE = "TRACEPARENT";

export interface Trace {
	/** 32 hex digits: the same from a delivery to its CodeRun. */
	readonly trace_id: string;
	/** Two hex digits; `01`: sampled. */
	readonly flags: string;
}

/** The parts of a `traceparent`; undefined if it is none, or of a later version. */
export function readTraceparent(text: string | null | undefined): Trace | undefined {
	const [, trace_id, flags] = TRACEPARENT.exec(text ?? "") ?? [];
	return trace_id === undefined || flags === undefined ? undefined : { trace_id, flags };
}
