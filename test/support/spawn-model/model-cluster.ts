import type { ClaimRecord } from "../../../relay/cluster/claim-record.ts";
import type { StoredClaim, StoredCodeRun } from "../../../relay/cluster/cluster.ts";
import { OWN_LABELS, readIdentity } from "../../../relay/cluster/coderun.ts";
import { type Interned, internTable } from "./interned.ts";
import type { Operation } from "./operation.ts";

export interface ModelCodeRun extends StoredCodeRun {
	readonly agent: string | undefined;
}

/** The content of an API server. Immutable: an operation returns a new one. */
export interface ModelCluster {
	readonly claims: ReadonlyMap<string, Interned<StoredClaim>>;
	readonly coderuns: ReadonlyMap<string, Interned<ModelCodeRun>>;
}

export const EMPTY: ModelCluster = { claims: new Map(), coderuns: new Map() };

/** An operation's new cluster and its answer. `created` names the CodeRun it created. */
export interface Effect {
	readonly cluster: ModelCluster;
	readonly answer: object;
	readonly created?: string;
}

/** Applies one operation atomically. `version` identifies a write. */
export type ApplyOperation = (cluster: ModelCluster, operation: Operation, version: string) => Effect;

const internClaim = internTable<StoredClaim>();
const internCodeRun = internTable<ModelCodeRun>();

export const applyOperation: ApplyOperation = (cluster, operation, version) => {
	const { claims, coderuns } = cluster;
	const answered = (answer: object): Effect => ({ cluster, answer });
	const claim = "lease" in operation ? claims.get(operation.lease)?.value : undefined;
	const write = (lease: string, record: ClaimRecord): Effect => ({
		cluster: { claims: new Map(claims).set(lease, internClaim({ record, version })), coderuns },
		answer: { kind: "written", version },
	});
	switch (operation.do) {
		case "readClaim":
			return answered(claim === undefined ? { kind: "not_found" } : { kind: "found", claim });
		case "createClaim":
			return claim === undefined ? write(operation.lease, operation.record) : answered({ kind: "conflict" });
		case "replaceClaim":
			if (claim === undefined) return answered({ kind: "not_found" });
			if (claim.version !== operation.version) return answered({ kind: "conflict" });
			return write(operation.lease, operation.record);
		case "deleteClaim": {
			if (claim === undefined) return answered({ kind: "not_found" });
			if (claim.version !== operation.version) return answered({ kind: "conflict" });
			const left = new Map(claims);
			left.delete(operation.lease);
			return { cluster: { claims: left, coderuns }, answer: { kind: "deleted" } };
		}
		case "readCodeRun": {
			const coderun = coderuns.get(operation.name)?.value;
			return answered(coderun === undefined ? { kind: "not_found" } : { kind: "found", coderun });
		}
		case "createCodeRun": {
			const { name, labels, annotations } = operation.coderun.metadata;
			if (coderuns.has(name)) return answered({ kind: "exists" });
			const identity = readIdentity(annotations);
			const made = { name, finished: false, agent: labels[OWN_LABELS.agent], ...(identity && { identity }) };
			return { cluster: putCodeRun(cluster, made), answer: { kind: "created" }, created: name };
		}
		case "listUnfinished": {
			const names = unfinishedOf(cluster).filter(({ agent }) => agent === operation.agent);
			return answered({ kind: "listed", names: names.map(({ name }) => name).sort() });
		}
		case "sleep":
			return answered({});
		default:
			return operation satisfies never;
	}
};

export function unfinishedOf({ coderuns }: ModelCluster): readonly ModelCodeRun[] {
	return [...coderuns.values()].map(({ value }) => value).filter(({ finished }) => !finished);
}

/** The controller finishes it. */
export function finishCodeRun(cluster: ModelCluster, name: string): ModelCluster {
	const coderun = cluster.coderuns.get(name)?.value;
	return coderun === undefined ? cluster : putCodeRun(cluster, { ...coderun, finished: true });
}

/** Someone deletes it manually. */
export function removeCodeRun({ claims, coderuns }: ModelCluster, name: string): ModelCluster {
	const left = new Map(coderuns);
	left.delete(name);
	return { claims, coderuns: left };
}

/** Someone creates one manually for that agent. */
export function addCodeRun(cluster: ModelCluster, agent: string): ModelCluster {
	return putCodeRun(cluster, { name: `by-hand-${agent}`, finished: false, agent });
}

function putCodeRun({ claims, coderuns }: ModelCluster, coderun: ModelCodeRun): ModelCluster {
	return { claims, coderuns: new Map(coderuns).set(coderun.name, internCodeRun(coderun)) };
}
