/** What would have been done for one kind of failure, and what became of it: by agent, rule and failure type. */
export interface ObservedRow {
	readonly agent: string;
	readonly rule: string;
	readonly failure_type: string;
	readonly incidents: number;
	/** How many agents would have been woken: failures of one cause are one. */
	readonly agents: number;
	/** Green again, by a person or a bot; the rest is red, or nobody reported it. */
	readonly green: number;
	readonly by_person: number;
	readonly by_bot: number;
	readonly by_rerun: number;
	/** Fixes of people whose files are known, and those of them that changed a file that the prompt named. */
	readonly fixes: number;
	readonly in_named: number;
	/** JSON: how long each took to be green, in milliseconds. */
	readonly times: string;
	/** The newest incident of it. */
	readonly incident_id: string;
}
