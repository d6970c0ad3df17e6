import type { ClaimRecord } from "../../../relay/cluster/claim-record.ts";
import type { Cluster } from "../../../relay/cluster/cluster.ts";
import type { CodeRun } from "../../../relay/cluster/coderun.ts";

/** One call of the claim protocol to the outside, as a value; sleeping is one too. */
export type Operation =
	| { readonly do: "readClaim"; readonly lease: string }
	| { readonly do: "createClaim"; readonly lease: string; readonly record: ClaimRecord }
	| { readonly do: "replaceClaim"; readonly lease: string; readonly record: ClaimRecord; readonly version: string }
	| { readonly do: "deleteClaim"; readonly lease: string; readonly version: string }
	| { readonly do: "readCodeRun"; readonly name: string }
	| { readonly do: "createCodeRun"; readonly coderun: CodeRun; readonly withinMs: number }
	| { readonly do: "listUnfinished"; readonly agent: string }
	| { readonly do: "sleep"; readonly ms: number };

/** A cluster that passes every call to `ask`, which must answer like that call. */
export function clusterAsking(ask: (operation: Operation) => Promise<never>): Cluster {
	return {
		readClaim: (lease) => ask({ do: "readClaim", lease }),
		createClaim: (lease, record) => ask({ do: "createClaim", lease, record }),
		replaceClaim: (lease, record, version) => ask({ do: "replaceClaim", lease, record, version }),
		deleteClaim: (lease, version) => ask({ do: "deleteClaim", lease, version }),
		readCodeRun: (name) => ask({ do: "readCodeRun", name }),
		createCodeRun: (coderun, withinMs) => ask({ do: "createCodeRun", coderun, withinMs }),
		listUnfinished: (agent) => ask({ do: "listUnfinished", agent }),
		ready: async () => ({ kind: "ready" }),
	};
}
