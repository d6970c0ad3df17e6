import type { WireOutcome } from "../../wire/outcome.ts";
import type { ClaimRecord } from "./claim-record.ts";
import type { NotFound, Unavailable } from "./cluster.ts";
import type { CodeRunIdentity } from "./coderun.ts";

/** CodeRuns that came to their end and whose outcome the worker has not taken yet. A directory is one form of it. */
export interface FinishedCodeRuns extends CodeRunEnds {
	listUnreported(): Promise<{ kind: "listed"; outcomes: readonly WireOutcome[] } | Unavailable>;
	/** Keeps for good that the worker took this CodeRun's outcome. */
	markReported(coderunName: string): Promise<{ kind: "marked" } | Unavailable>;
	/** Calls `changed` soon after a CodeRun may have changed; may miss some. Returns how to stop it. */
	watch(changed: () => void): () => void;
}

/** How one CodeRun ended, whether the worker has taken that or not. */
export interface CodeRunEnds {
	/** The CodeRun as it stands now; without `outcome` it is unfinished, without `identity` Healer did not create it. */
	inspect(name: string): Promise<InspectedCodeRun | NotFound | Unavailable>;
	/** How a CodeRun ended that was seen and is there no more: as it was reported, else as deleted or timed out. */
	endOfMissing(claim: ClaimRecord): Promise<{ kind: "ended"; outcome: WireOutcome } | Unavailable>;
}

export interface InspectedCodeRun {
	readonly kind: "found";
	readonly identity?: CodeRunIdentity;
	readonly outcome?: WireOutcome;
}

/** What is said of a CodeRun that ended without a phase of its own. */
export const END_MESSAGES = {
	Deleted: "the CodeRun was deleted before it was finished",
	TimedOut: "the CodeRun was not finished by its deadline",
} as const;
