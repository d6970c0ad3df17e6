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
}
