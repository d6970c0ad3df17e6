/** How far one look at an incident brought it. */
export type Progress =
	/** Not due, ended, unknown, or held by another consumer. */
	| { readonly state: "not_locked" }
	/** The attempts are used up: whoever processes incidents has a person notified. */
	| { readonly state: "escalated" }
	/** Another consumer took the row over while this one worked; what it writes stands. */
	| { readonly state: "lock_lost" }
	| { readonly state: "running"; readonly coderun_name: string; readonly existed: boolean }
	| { readonly state: "waiting"; readonly reason: string; readonly next_try_at: number }
	/** Working on what follows from its CodeRun failed; its state stays. */
	| { readonly state: "rescheduled"; readonly reason: string; readonly next_try_at: number }
	| { readonly state: "cancelled" | "superseded"; readonly reason: string }
	| { readonly state: "failed"; readonly reason: string }
	| { readonly state: "dead"; readonly reason: string };
