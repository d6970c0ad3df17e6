import type { NewestRed } from "../../pipeline/index.ts";
import type { RerunResult } from "../../pipeline/rerun.ts";
import type { LeftBehind } from "../journal/groups.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import type { Green, ObservationRow } from "../journal/observations.ts";
import type { RerunRow } from "../journal/reruns.ts";
import type { RemediationEvent } from "../journal/state-machine.ts";
import type { AttemptResult } from "../journal/statuses.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import type { Goal } from "./goal.ts";
import type { GroupState } from "./group-state.ts";
import type { EndedFix, MergeState } from "./merge-step.ts";
import type { EndedAttempt, EscalationPolicy } from "./next-agent.ts";
import type { GitHubSays } from "./when-quiet.ts";

/** `outcome` and `settings.settle` of pipeline.yaml, in seconds. */
export interface OutcomeRules extends EscalationPolicy {
	readonly pause_s: number;
	readonly ci_deadline_s: number;
	readonly settle_s: number;
}

/** Everything that a remediation's next step depends on. Times are milliseconds. */
export interface RemediationState {
	readonly incident: Pick<
		IncidentRow,
		"status" | "attempt" | "budget_from" | "updated_at" | "fixed_at" | "fixed_by" | "run_attempt"
	>;
	/** Earlier attempts of the current budget. */
	readonly ended: readonly EndedAttempt[];
	/** The current attempt, once it is decided. */
	readonly current?: {
		readonly agent: string;
		readonly failure_type: string;
		readonly coderun_name: string;
		readonly escalated: boolean;
		/** The phase in which its CodeRun ended; null while unknown. */
		readonly outcome: string | null;
		readonly outcome_at: number | null;
		readonly message: string | null;
		/** Names of the jobs that were red when it was decided. */
		readonly red_jobs: readonly string[];
		/** The specialist that its agent names in its message. */
		readonly named?: string;
		/** How it ended for its incident, if it did. */
		readonly result: AttemptResult | null;
		/** When the relay is queried about its CodeRun, unless the outcome arrives first. */
		readonly ask_at: number;
		/** When the relay must have ended its CodeRun; undefined if nothing has a deadline. */
		readonly overdueAt?: number;
		/** When GitHub was last asked about its result, and when it is asked again. */
		readonly results_asked_at: number | null;
		readonly ask_results_at: number | null;
		/** Until when a person's approval is waited for; null if nobody has to approve it. */
		readonly approve_until: number | null;
	};
	/** How many of the current budget's earlier attempts no controller started. They are not in `ended`. */
	readonly unstarted: number;
	/** Whether any attempt had a CodeRun that started. */
	readonly wasTried: boolean;
	/** The relay's answer to a query about the current attempt's CodeRun, if that has not ended. */
	readonly relayStatus?: RelayStatus;
	/** What has to become true. */
	readonly goal: Goal;
	/** Whether it is, by the results in the journal. */
	readonly ci: CiVerdict;
	/** Whether GitHub can be asked. */
	readonly canAskGitHub: boolean;
	/** GitHub's answer about the current attempt's result, if it was just asked. */
	readonly gitHubSays?: GitHubSays;
	/** The pull request whose branch failed is closed or merged; `at`: when the event arrived. */
	readonly branchDone?: { readonly why: string; readonly at: number };
	/** The alert that it is about was closed. */
	readonly alertDone?: { readonly why: string };
	/** How the pull request of the current fix ended; of an earlier one that ended before, nothing is here. */
	readonly fix?: EndedFix;
	/** Only of a fix that counts once it is merged. */
	readonly merge?: MergeState;
	/** Another incident with an open fix of the same check on the same branch: this failure belongs to it. */
	readonly openFix?: string;
	/** Only of a member. */
	readonly group?: GroupState;
	/** The rerun that an incident waits for that is `rerunning`. */
	readonly rerun?: RerunRow;
	/** What became of an incident that is `observed`. */
	readonly observation?: ObservationRow;
	readonly now: number;
}

export type RelayStatus = { readonly state: "running" } | { readonly state: "unknown"; readonly why: string };

export interface AttemptEnd {
	/** Null if its CodeRun never started: nothing was tried. */
	readonly result: AttemptResult | null;
	readonly signature: string | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
	/** What is red now. */
	readonly ended_on?: NewestRed;
}

/** One step to take now, or when to check again without a new event. */
export type NextStep =
	| {
			readonly do: "step";
			readonly event: RemediationEvent;
			readonly reason: string | null;
			/** How the current attempt ended, if this step ends it. */
			readonly end?: AttemptEnd;
			/** How the rerun ended that it waited for. */
			readonly rerun?: RerunResult;
			readonly set: Partial<
				Pick<
					IncidentRow,
					"attempt" | "escalate_to" | "next_try_at" | "not_before" | "fixed_by" | "apart" | "blocked_on"
				>
			>;
			/** The members of its group that it takes along as their next leader. */
			readonly behind?: LeftBehind;
	  }
	| { readonly do: "wait"; readonly at: number }
	/** Query the relay about the CodeRun before anything follows. */
	| { readonly do: "ask_relay" }
	/** Ask GitHub for the results on the agent's commit before anything follows. */
	| { readonly do: "ask_github" }
	/** Ask GitHub to run the failed jobs again; whether they do, before anything follows. */
	| { readonly do: "request_rerun" }
	| { readonly do: "ask_rerun" }
	/** Write down that an observed failure is gone; ask GitHub for the commits that did it. */
	| { readonly do: "record_green"; readonly green: Green }
	| { readonly do: "ask_commits" }
	/** Ask GitHub about the pull request of the fix before anything follows. */
	| { readonly do: "ask_merge" }
	/** Ask GitHub whether its commit has its leader's fix before anything follows. */
	| { readonly do: "ask_fix" }
	/** Tell its pull request that the cause is fixed on its base. */
	| { readonly do: "notify_base_fixed" }
	/** Remind people of the pull request of the fix. */
	| { readonly do: "remind" }
	/** The check was green before anybody knew that the agent's fix had been merged. */
	| { readonly do: "credit_agent" };
