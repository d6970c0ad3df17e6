import { readTraceparent, TRACEPARENT_ANNOTATION } from "../../wire/trace.ts";
import { OWN_ANNOTATIONS, OWN_LABELS } from "../cluster/coderun.ts";
import { REPORTED_LABEL, TIMED_OUT_ANNOTATION } from "../cluster/kubernetes/coderun-object.ts";
import { LEASE_ANNOTATIONS, LEASE_KIND, OUTCOME_ANNOTATION } from "../cluster/kubernetes/lease-metadata.ts";

/** Kubernetes' limit for all annotations of one object together, keys and values, in bytes. */
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Keys by which the relay recognises, follows and counts what it made. With them, a request could pass for another one. */
const BOOKKEEPING: readonly string[] = [
	...Object.values(OWN_ANNOTATIONS),
	...Object.values(LEASE_ANNOTATIONS),
	REPORTED_LABEL,
	TIMED_OUT_ANNOTATION,
	OUTCOME_ANNOTATION,
	LEASE_KIND,
];

interface Metadata {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}

/**
 * A key that only the relay writes. The labels that it writes onto every CodeRun are accepted with the value that it
 * would write.
 */
export function findOwnKey({ labels, annotations }: Metadata, agent: string): string | undefined {
	const written = new Map<string, string>([
		[OWN_LABELS.name, "healer"],
		[OWN_LABELS.agent, agent],
	]);
	for (const [kind, texts] of [
		["label", labels],
		["annotation", annotations],
	] as const) {
		for (const [key, value] of Object.entries(texts)) {
			if (BOOKKEEPING.includes(key)) return `the ${kind} ${key} is written by the relay alone`;
			const own = kind === "label" ? written.get(key) : undefined;
			if (own !== undefined && value !== own) return `the label ${key} is not ${own}, which the relay writes`;
		}
	}
	const trace = annotations[TRACEPARENT_ANNOTATION];
	if (trace !== undefined && readTraceparent(trace) === undefined) {
		return `the annotation ${TRACEPARENT_ANNOTATION} is no W3C traceparent`;
	}
	const run = labels[RUN_ID_LABEL];
	return run === undefined || /^\d*$/.test(run) ? undefined : `the label ${RUN_ID_LABEL} is not a run's number`;
}

const RUN_ID_LABEL = "healer/workflow-run-id";

/** Why Kubernetes would refuse the labels or annotations, as one clause; undefined when it would not. */
export function findInvalidMetadata(metadata: Metadata): string | undefined {
	for (const [key, value] of Object.entries(metadata.labels)) {
		if (!isKey(key)) return `invalid label key: ${JSON.stringify(key.slice(0, 100))}`;
		if (value !== "" && !NAME.test(value)) return `invalid value of the label ${key}`;
	}
	let bytes = 0;
	for (const [key, value] of Object.entries(metadata.annotations)) {
		if (!isKey(key)) return `invalid annotation key: ${JSON.stringify(key.slice(0, 100))}`;
		bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
	}
	return bytes > MAX_ANNOTATIONS_BYTES
		? `the annotations have ${bytes} bytes, more than ${MAX_ANNOTATIONS_BYTES}`
		: undefined;
}

function isKey(key: string): boolean {
	const [name = "", prefix, ...more] = key.split("/").reverse();
	if (more.length > 0 || !NAME.test(name)) return false;
	return prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix));
}
