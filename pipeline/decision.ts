import type { StageExplanation } from "./explanation.ts";

/** The exclusive right to act on a key for a time (DESIGN section 1). */
export interface ClaimRequest {
	/** The dedup rule's name. */
	readonly name: string;
	readonly key: string;
	readonly ttl_s: number;
	/** Also held while the CodeRun made under it is unfinished. */
	readonly while_active: boolean;
}

/** A CodeRun to be made, all but its name, which incident, attempt and agent give. Objects, never text. */
export interface CodeRunDraft {
	readonly metadata: {
		readonly namespace: string;
		readonly labels: Readonly<Record<string, string>>;
		readonly annotations: Readonly<Record<string, string>>;
	};
	readonly spec: Readonly<Record<string, unknown>>;
}

/** What the stages after the context came to: `filters` again, `classify`, `route`, `dedup`, `spawn`. */
export type Decision =
	| {
			readonly outcome: "spawn";
			readonly agent: string;
			/** The route rule that chose the agent. */
			readonly rule: string;
			readonly failure_type: string;
			readonly failure_category: string;
			readonly max_active: number;
			/** How long the attempt may take, in seconds. */
			readonly deadline_s: number;
			readonly claims: readonly ClaimRequest[];
			readonly coderun: CodeRunDraft;
			readonly explanation: readonly StageExplanation[];
	  }
	| {
			readonly outcome: "filtered";
			readonly filter: string;
			readonly explanation: readonly StageExplanation[];
	  };
