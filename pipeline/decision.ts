import type { Autonomy } from "./autonomy.ts";
import type { Because } from "./because.ts";
import type { StageExplanation } from "./explanation.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { RerunRequest } from "./rerun.ts";
import type { WhoseVerdict } from "./whose-failure.ts";

/** The exclusive right to act on a key, for a limited time. */
export interface ClaimRequest {
	readonly name: string;
	readonly key: string;
	readonly ttl_s: number;
	/** The claim also holds while its CodeRun is unfinished. */
	readonly while_active: boolean;
}

/**
 * A CodeRun to create, without its name, which derives from incident, attempt and agent. Values are objects, never
 * text.
 */
export interface CodeRunDraft {
	readonly metadata: {
		readonly namespace: string;
		readonly labels: Readonly<Record<string, string>>;
		readonly annotations: Readonly<Record<string, string>>;
	};
	readonly spec: Readonly<Record<string, unknown>>;
}

/** The result of the stages after the context: `filters` again, `classify`, `route`, `rerun`, `autonomy`,
 * `dedup`, `spawn`. */
export type Decision =
	| {
			readonly outcome: "spawn";
			readonly agent: string;
			/** The route rule that chose the agent. */
			readonly rule: string;
			readonly failure_type: string;
			readonly failure_category: string;
			readonly because: Because;
			/** What identifies the cause; null where nothing does. */
			readonly fingerprint: Fingerprint | null;
			/** Whose failure a pull request's red check is; absent where nobody asked. */
			readonly whose_failure?: WhoseVerdict;
			/** GitHub is asked to run the failed jobs again first; this is for what fails again. */
			readonly rerun?: RerunRequest;
			/** How far it may go without a person. */
			readonly autonomy: Autonomy;
			readonly max_active: number;
			/** Time limit of the attempt, in seconds. */
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
