import { type V1Lease, V1MicroTime } from "@kubernetes/client-node";
import { type ClaimRecord, claimRecordSchema } from "../claims/claim-record.ts";
import type { StoredClaim } from "../cluster.ts";

/** Where on a Lease each part of a claim stands that the Lease itself has no field for. */
const ANNOTATIONS = {
	key: "healer/claim-key",
	attempt: "healer/attempt",
	coderun_name: "healer/coderun",
	digest: "healer/request-digest",
	taken_at: "healer/taken-at",
	while_active: "healer/while-active",
	seen: "healer/coderun-seen",
	quiet_at: "healer/quiet-at",
} as const;

/** Marks Healer's own Leases, for people and for the sweep. */
export const LEASE_LABELS = { "app.kubernetes.io/name": "healer", "healer/kind": "claim" } as const;

/** A claim as a Lease. No owner: deleting a CodeRun must not reopen its claim (DESIGN section 5.4). */
export function toLease(namespace: string, name: string, record: ClaimRecord, version?: string): V1Lease {
	const taken = new V1MicroTime(record.taken_at);
	return {
		apiVersion: "coordination.k8s.io/v1",
		kind: "Lease",
		metadata: {
			name,
			namespace,
			labels: { ...LEASE_LABELS },
			annotations: {
				[ANNOTATIONS.key]: record.key,
				[ANNOTATIONS.attempt]: String(record.attempt),
				[ANNOTATIONS.coderun_name]: record.coderun_name,
				[ANNOTATIONS.digest]: record.digest,
				[ANNOTATIONS.taken_at]: String(record.taken_at),
				[ANNOTATIONS.while_active]: String(record.while_active),
				[ANNOTATIONS.seen]: String(record.seen),
				[ANNOTATIONS.quiet_at]: String(record.quiet_at),
			},
			...(version === undefined ? {} : splitVersion(version)),
		},
		spec: {
			holderIdentity: record.holder,
			leaseDurationSeconds: record.ttl_s,
			acquireTime: taken,
			renewTime: taken,
		},
	};
}

/** The claim on a Lease; undefined when it is not one of Healer's, or somebody broke it. */
export function fromLease(lease: V1Lease): StoredClaim | undefined {
	const annotations = lease.metadata?.annotations ?? {};
	const record = claimRecordSchema.safeParse({
		key: annotations[ANNOTATIONS.key],
		holder: lease.spec?.holderIdentity,
		attempt: Number(annotations[ANNOTATIONS.attempt]),
		coderun_name: annotations[ANNOTATIONS.coderun_name],
		digest: annotations[ANNOTATIONS.digest],
		taken_at: Number(annotations[ANNOTATIONS.taken_at]),
		ttl_s: lease.spec?.leaseDurationSeconds,
		while_active: annotations[ANNOTATIONS.while_active] === "true",
		seen: annotations[ANNOTATIONS.seen] === "true",
		quiet_at: Number(annotations[ANNOTATIONS.quiet_at]),
	});
	return record.success ? { record: record.data, version: versionOf(lease) } : undefined;
}

/** The uid makes a Lease made again under its name another one, whatever its resourceVersion. */
export function versionOf(lease: V1Lease): string {
	return `${lease.metadata?.uid}/${lease.metadata?.resourceVersion}`;
}

/** Preconditions, as Kubernetes takes them on a write and on a delete. */
export function splitVersion(version: string): { uid: string; resourceVersion: string } {
	const [uid = "", resourceVersion = ""] = version.split("/");
	return { uid, resourceVersion };
}
