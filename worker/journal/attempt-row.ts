import type { AttemptResult } from "./incident-status.ts";

/** A row of `attempts`, as stored: see the migrations for what the columns mean. */
export interface AttemptRow {
	readonly incident_id: string;
	readonly attempt: number;
	readonly agent: string;
	readonly failure_type: string;
	readonly rule: string;
	readonly coderun_name: string;
	readonly request: string;
	readonly pipeline: string;
	readonly decided_at: number;
	readonly outcome: string | null;
	readonly pull_request_url: string | null;
	readonly message: string | null;
	readonly started_at: string | null;
	readonly finished_at: string | null;
	readonly outcome_digest: string | null;
	readonly result: AttemptResult | null;
	readonly ended_at: number | null;
	readonly spawned_at: number | null;
	readonly outcome_at: number | null;
	/** 1 where the escalation chose the agent. */
	readonly escalated: number;
	readonly signature: string | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
	readonly pull_request: number | null;
	/** 1 where its CodeRun was there already when it was asked for. */
	readonly existed: number;
	readonly refused: string | null;
	readonly ask_at: number | null;
}
