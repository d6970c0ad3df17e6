import type { EvidenceKind } from "../evidence-kinds.ts";
import type { ErrorLine } from "../log/log-reading.ts";

/** One piece of evidence, and what it says has failed. */
export interface Evidence {
	readonly kind: EvidenceKind;
	readonly field: string;
	readonly type: string;
	readonly fix: string;
	readonly tool?: string;
	/** The key of the pattern that was found. */
	readonly pattern?: string;
	/** The line near the error that it was found in. */
	readonly line?: ErrorLine;
	/** The failing step's command. */
	readonly command?: string;
	/** `src/main.rs:12`, named by that line or one near it. */
	readonly place?: string;
	/** The name, or other text, that it was found in. */
	readonly name?: string;
	readonly over: readonly string[];
}
