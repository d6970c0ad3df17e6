/** A row of `checks`, as stored: see the migrations for what the columns mean. */
export interface CheckRow {
	readonly repository: string;
	readonly head_repository: string;
	readonly branch: string;
	readonly check_name: string;
	readonly job: string;
	readonly conclusion: "success" | "failure";
	readonly position: string;
	readonly head_sha: string | null;
	readonly run_id: string | null;
	readonly pr_number: number | null;
	readonly actor_login: string | null;
	readonly actor_type: string | null;
	readonly failed_steps: string | null;
	readonly url: string | null;
	readonly started_at: number;
	readonly received_at: number;
}
