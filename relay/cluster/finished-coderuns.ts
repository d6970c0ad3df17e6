import type { WireOutcome } from "../../wire/outcome.ts";
import type { ClaimRecord } from "./claim-record.ts";
import type { NotFound, Unavailable } from "./cluster.ts";
import type { CodeRunIdentity } from "./coderun.ts";

/**
 * CodeRuns that ended and whose outcome the worker has not received yet. Implemented by Kubernetes and by a directory.
 */
export interface FinishedCodeRuns extends CodeRunEnds {
	listUnreported(): Promise<{ kind: "listed"; outcomes: readonly WireOutcome[] } | Unavailable>;
	/** Records permanently that the worker received this CodeRun's outcome. */
	markReported(coderunName: string): Promise<{ kind: "marked" } | Unavailable>;
	/** Calls `changed` soon after a CodeRun may have changed; may miss some changes. Returns a function that stops it. */
	watch(changed: () => void): () => void;
}

/** How one CodeRun ended, whether or not the worker knows. */
export interface CodeRunEnds {
	/** The CodeRun's current state; without `outcome` it is unfinished, without `identity` Healer did not create it. */
	inspect(name: string): Promise<InspectedCodeRun | NotFound | Unavailable>;
	/** How a CodeRun ended that was seen and no longer exists: as it was reported, else as deleted or timed out. */
	endOfMissing(claim: ClaimRecord): Promise<{ kind: "ended"; outcome: WireOutcome } | Unavailable>;
}

export interface InspectedCodeRun {
	readonly kind: "found";
	readonly identity?: CodeRunIdentity;
	/** Whether it has a phase; absent where no controller writes one. */
	readonly started?: boolean;
	readonly outcome?: WireOutcome;
}

/** Messages for CodeRuns that ended without a phase of their own. */
export const END_MESSAGES = {
	Deleted: "the CodeRun was deleted before it finished",
	TimedOut: "the CodeRun did not finish before its deadline",
	NotStarted: "no controller started the CodeRun: it had no phase at its start deadline",
} as const;
