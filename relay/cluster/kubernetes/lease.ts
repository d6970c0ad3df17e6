import { type V1Lease, V1MicroTime } from "@kubernetes/client-node";
import * as z from "zod";
import { type ClaimRecord, claimRecordSchema } from "../claim-record.ts";
import type { StoredClaim } from "../cluster.ts";
import { LEASE_ANNOTATIONS, LEASE_KIND } from "./lease-metadata.ts";

/** Select Healer's Leases: incidents' claims on their own ids, and all other claims, which the sweep may delete. */
export const INCIDENT_CLAIMS = { "app.kubernetes.io/name": "healer", [LEASE_KIND]: "incident-claim" } as const;
export const OTHER_CLAIMS = { "app.kubernetes.io/name": "healer", [LEASE_KIND]: "claim" } as const;

/** A claim as a Lease. It has no owner reference: deleting a CodeRun must not reopen its claim. */
export function toLease(namespace: string, name: string, record: ClaimRecord, version?: string): V1Lease {
	const taken = new V1MicroTime(record.taken_at);
	return {
		apiVersion: "coordination.k8s.io/v1",
		kind: "Lease",
		metadata: {
			name,
			namespace,
			labels: { ...(record.key === record.holder ? INCIDENT_CLAIMS : OTHER_CLAIMS) },
			annotations: {
				[LEASE_ANNOTATIONS.key]: record.key,
				[LEASE_ANNOTATIONS.attempt]: String(record.attempt),
				[LEASE_ANNOTATIONS.coderun_name]: record.coderun_name,
				[LEASE_ANNOTATIONS.digest]: record.digest,
				[LEASE_ANNOTATIONS.taken_at]: String(record.taken_at),
				[LEASE_ANNOTATIONS.while_active]: String(record.while_active),
				[LEASE_ANNOTATIONS.seen]: String(record.seen),
				[LEASE_ANNOTATIONS.quiet_at]: String(record.quiet_at),
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

/** The claim in a Lease; undefined when it is not Healer's or is damaged. */
export function fromLease(lease: V1Lease): StoredClaim | undefined {
	const annotations = lease.metadata?.annotations ?? {};
	const record = claimRecordSchema.safeParse({
		key: annotations[LEASE_ANNOTATIONS.key],
		holder: lease.spec?.holderIdentity,
		attempt: Number(annotations[LEASE_ANNOTATIONS.attempt]),
		coderun_name: annotations[LEASE_ANNOTATIONS.coderun_name],
		digest: annotations[LEASE_ANNOTATIONS.digest],
		taken_at: Number(annotations[LEASE_ANNOTATIONS.taken_at]),
		ttl_s: lease.spec?.leaseDurationSeconds,
		while_active: annotations[LEASE_ANNOTATIONS.while_active] === "true",
		seen: annotations[LEASE_ANNOTATIONS.seen] === "true",
		quiet_at: Number(annotations[LEASE_ANNOTATIONS.quiet_at]),
	});
	return record.success ? { record: record.data, version: versionOf(lease) } : undefined;
}

const versionSchema = z.object({ uid: z.string(), resourceVersion: z.string() });

/** The uid distinguishes a Lease recreated under the same name, whatever its resourceVersion. */
export function versionOf(lease: V1Lease): string {
	const { uid, resourceVersion } = versionSchema.parse(lease.metadata);
	return `${uid}/${resourceVersion}`;
}

/** Preconditions for a Kubernetes write or delete. */
export function splitVersion(version: string): { uid: string; resourceVersion: string } {
	const [uid = "", resourceVersion = ""] = version.split("/");
	return { uid, resourceVersion };
}
