import type { V1Lease } from "@kubernetes/client-node";
import { readMessage } from "../../../../wire/message.ts";
import { outcomeSchema, type WireOutcome } from "../../../../wire/outcome.ts";
import type { Unavailable } from "../../cluster.ts";
import { leaseName } from "../../lease-name.ts";
import type { ApiClients } from "../api-clients.ts";
import { readFailure } from "../api-failure.ts";
import { JSON_PATCH, withTimeout } from "../call-options.ts";
import { NOT_STARTED_ANNOTATION, REPORTED_LABEL, TIMED_OUT_ANNOTATION } from "../coderun-object.ts";
import { fromLease } from "../lease.ts";
import { LEASE_ANNOTATIONS, OUTCOME_ANNOTATION } from "../lease-metadata.ts";
import { readTime } from "../read-time.ts";
import { unexpected } from "../unexpected.ts";

const CALL_WITHIN_MS = 5_000;

/** What an incident's own claim records about its CodeRun; it long outlives the CodeRun. */
export interface IncidentLease {
	readonly coderun_name: string;
	readonly incident_id: string;
	readonly attempt: number;
	/** The CodeRun existed; deleting it creates no second one. */
	readonly seen: boolean;
	/** From then on no call can still create it; milliseconds since the epoch. */
	readonly quiet_at: number;
	readonly timed_out_at: string | null;
	/** A relay was about to delete it, because it had no phase at its start deadline. */
	readonly not_started_at: string | null;
	readonly reported: boolean;
	/** The reported outcome; absent when a relay recorded only that it was reported. */
	readonly outcome?: WireOutcome;
}

/** Undefined when the Lease is not an incident's claim, or is damaged. */
export function readIncidentLease(lease: V1Lease): IncidentLease | undefined {
	const record = fromLease(lease)?.record;
	if (record === undefined || record.key !== record.holder) return undefined;
	const outcome = readMessage(outcomeSchema, lease.metadata?.annotations?.[OUTCOME_ANNOTATION] ?? "");
	return {
		coderun_name: record.coderun_name,
		incident_id: record.holder,
		attempt: record.attempt,
		seen: record.seen,
		quiet_at: record.quiet_at,
		timed_out_at: readTime(lease.metadata?.annotations?.[TIMED_OUT_ANNOTATION]),
		not_started_at: readTime(lease.metadata?.annotations?.[NOT_STARTED_ANNOTATION]),
		reported: lease.metadata?.labels?.[REPORTED_LABEL] !== undefined,
		...(outcome.ok && outcome.value.coderun_name === record.coderun_name && { outcome: outcome.value }),
	};
}

/** The claim of one incident; a damaged one is `not_found`, too. */
export async function findIncidentLease(
	{ leases }: Pick<ApiClients, "leases">,
	namespace: string,
	incidentId: string,
): Promise<{ kind: "found"; lease: IncidentLease } | { kind: "not_found" } | Unavailable> {
	try {
		const name = leaseName("incident", incidentId);
		const lease = readIncidentLease(await leases.readNamespacedLease({ name, namespace }, withTimeout(CALL_WITHIN_MS)));
		return lease === undefined ? { kind: "not_found" } : { kind: "found", lease };
	} catch (error) {
		const failure = readFailure(error);
		return failure.kind === "not_found" || failure.kind === "unavailable" ? failure : unexpected(failure);
	}
}

/** The marks for an incident's claim about its CodeRun. */
export type LeaseMark =
	| { readonly mark: "reported"; readonly outcome: WireOutcome | undefined }
	| { readonly mark: "seen" }
	| { readonly mark: "timed_out" | "not_started"; readonly at: string };

/**
 * Writes a mark if the claim still names that CodeRun: the test and the write are one patch. A claim that is gone, or
 * is a later attempt's, needs none.
 */
export async function markIncidentLease(
	{ leases }: Pick<ApiClients, "leases">,
	namespace: string,
	coderun: { readonly incident_id: string; readonly coderun_name: string },
	mark: LeaseMark,
): Promise<{ kind: "marked" } | Unavailable> {
	const name = leaseName("incident", coderun.incident_id);
	const body = [
		{ op: "test", path: annotation(LEASE_ANNOTATIONS.coderun_name), value: coderun.coderun_name },
		...markOperations(mark),
	];
	try {
		await leases.patchNamespacedLease({ name, namespace, body }, withTimeout(CALL_WITHIN_MS, JSON_PATCH));
		return { kind: "marked" };
	} catch (error) {
		const failure = readFailure(error);
		// The server answers `refused` when the test fails.
		if (failure.kind === "not_found" || failure.kind === "refused") return { kind: "marked" };
		return failure.kind === "unavailable" ? failure : unexpected(failure);
	}
}

function markOperations(mark: LeaseMark): readonly { op: "add"; path: string; value: string }[] {
	switch (mark.mark) {
		case "reported": {
			const { outcome } = mark;
			const kept = outcome && [added(annotation(OUTCOME_ANNOTATION), JSON.stringify(outcome))];
			return [added(`/metadata/labels/${escapePointer(REPORTED_LABEL)}`, "true"), ...(kept ?? [])];
		}
		case "seen":
			return [added(annotation(LEASE_ANNOTATIONS.seen), "true")];
		case "timed_out":
			return [added(annotation(TIMED_OUT_ANNOTATION), mark.at)];
		case "not_started":
			// And it was seen: a repeated request must not create it again after its deletion.
			return [added(annotation(NOT_STARTED_ANNOTATION), mark.at), added(annotation(LEASE_ANNOTATIONS.seen), "true")];
		default:
			return mark satisfies never;
	}
}

function added(path: string, value: string): { op: "add"; path: string; value: string } {
	return { op: "add", path, value };
}

function annotation(name: string): string {
	return `/metadata/annotations/${escapePointer(name)}`;
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-3 */
function escapePointer(name: string): string {
	return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
