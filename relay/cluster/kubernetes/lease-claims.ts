import type { CoordinationV1Api } from "@kubernetes/client-node";
import type { Cluster } from "../cluster.ts";
import { type ApiFailure, readFailure } from "./api-failure.ts";
import { withTimeout } from "./call-options.ts";
import { noNamespace } from "./coderun-api.ts";
import { fromLease, splitVersion, toLease, versionOf } from "./lease.ts";
import { unexpected } from "./unexpected.ts";

const CALL_WITHIN_MS = 5_000;

/** Claims as Leases in the CodeRuns' namespace. Every write is conditional. */
export function leaseClaims(
	api: CoordinationV1Api,
	namespace: string,
): Pick<Cluster, "readClaim" | "createClaim" | "replaceClaim" | "deleteClaim"> {
	return {
		async readClaim(name) {
			try {
				const lease = await api.readNamespacedLease({ name, namespace }, withTimeout(CALL_WITHIN_MS));
				const claim = fromLease(lease);
				if (claim === undefined) return { kind: "unavailable", why: `Lease ${name} is not a claim that Healer wrote` };
				return { kind: "found", claim };
			} catch (error) {
				const failure = readFailure(error);
				return failure.kind === "not_found" || failure.kind === "unavailable" ? failure : unexpected(failure);
			}
		},
		async createClaim(name, record) {
			try {
				const body = toLease(namespace, name, record);
				const made = await api.createNamespacedLease({ namespace, body }, withTimeout(CALL_WITHIN_MS));
				return { kind: "written", version: versionOf(made) };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "exists") return { kind: "conflict" };
				return failure.kind === "unavailable" || failure.kind === "conflict" ? failure : missing(failure, namespace);
			}
		},
		async replaceClaim(name, record, version) {
			try {
				const body = toLease(namespace, name, record, version);
				const written = await api.replaceNamespacedLease({ name, namespace, body }, withTimeout(CALL_WITHIN_MS));
				return { kind: "written", version: versionOf(written) };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "refused" || failure.kind === "exists") return unexpected(failure);
				return failure;
			}
		},
		async deleteClaim(name, version) {
			try {
				const body = { preconditions: splitVersion(version) };
				await api.deleteNamespacedLease({ name, namespace, body }, withTimeout(CALL_WITHIN_MS));
				return { kind: "deleted" };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "refused" || failure.kind === "exists") return unexpected(failure);
				return failure;
			}
		},
	};
}

/** Creating an object in a missing namespace answers 404, too. */
function missing(failure: ApiFailure, namespace: string) {
	if (failure.kind === "not_found") return noNamespace(namespace);
	return unexpected(failure);
}
