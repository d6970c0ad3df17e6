import type { Cluster, StoredClaim, StoredCodeRun } from "../../relay/cluster/cluster.ts";
import { OWN_LABELS, readIdentity } from "../../relay/cluster/coderun.ts";

export interface MemoryCluster extends Cluster {
	/** Simulates a CodeRun that someone else creates for the agent. */
	appear(name: string, agent: string): void;
	finish(name: string): void;
	remove(name: string): void;
	unfinished(): readonly string[];
	readonly claims: ReadonlyMap<string, StoredClaim>;
}

/** A cluster in memory whose calls take effect at once. */
export function memoryCluster(): MemoryCluster {
	const claims = new Map<string, StoredClaim>();
	const coderuns = new Map<string, StoredCodeRun & { readonly agent: string | undefined }>();
	let writes = 0;
	const write = (lease: string, record: StoredClaim["record"]) => {
		const version = `v${++writes}`;
		claims.set(lease, { record, version });
		return { kind: "written", version } as const;
	};
	return {
		claims,
		readClaim: async (lease) => {
			const claim = claims.get(lease);
			return claim === undefined ? { kind: "not_found" } : { kind: "found", claim };
		},
		createClaim: async (lease, record) => (claims.has(lease) ? { kind: "conflict" } : write(lease, record)),
		replaceClaim: async (lease, record, version) => {
			const claim = claims.get(lease);
			if (claim === undefined) return { kind: "not_found" };
			return claim.version === version ? write(lease, record) : { kind: "conflict" };
		},
		deleteClaim: async (lease, version) => {
			const claim = claims.get(lease);
			if (claim === undefined) return { kind: "not_found" };
			if (claim.version !== version) return { kind: "conflict" };
			claims.delete(lease);
			return { kind: "deleted" };
		},
		readCodeRun: async (name) => {
			const coderun = coderuns.get(name);
			return coderun === undefined ? { kind: "not_found" } : { kind: "found", coderun };
		},
		createCodeRun: async ({ metadata }) => {
			if (coderuns.has(metadata.name)) return { kind: "exists" };
			const identity = readIdentity(metadata.annotations);
			const agent = metadata.labels[OWN_LABELS.agent];
			coderuns.set(metadata.name, { name: metadata.name, finished: false, agent, ...(identity && { identity }) });
			return { kind: "created" };
		},
		listUnfinished: async (agent) => {
			const mine = [...coderuns.values()].filter((coderun) => coderun.agent === agent && !coderun.finished);
			return { kind: "listed", names: mine.map((coderun) => coderun.name) };
		},
		ready: async () => ({ kind: "ready" }),
		appear: (name, agent) => void coderuns.set(name, { name, finished: false, agent }),
		finish: (name) => {
			const coderun = coderuns.get(name);
			if (coderun !== undefined) coderuns.set(name, { ...coderun, finished: true });
		},
		remove: (name) => void coderuns.delete(name),
		unfinished: () => [...coderuns.values()].filter((coderun) => !coderun.finished).map((coderun) => coderun.name),
	};
}
