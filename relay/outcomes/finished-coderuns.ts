import type { WireOutcome } from "../../wire/outcome.ts";
import type { Unavailable } from "../cluster.ts";

/** CodeRuns that came to their end and whose outcome the worker has not taken yet. A directory is one form of it. */
export interface FinishedCodeRuns {
	listUnreported(): Promise<{ kind: "listed"; outcomes: readonly WireOutcome[] } | Unavailable>;
	/** Keeps for good that the worker took this CodeRun's outcome. */
	markReported(coderunName: string): Promise<{ kind: "marked" } | Unavailable>;
	/** Calls `changed` soon after a CodeRun may have changed; may miss some. Returns how to stop it. */
	watch(changed: () => void): () => void;
}
