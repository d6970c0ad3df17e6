import type { Context } from "../../pipeline/context.ts";
import { dataFrom } from "../../pipeline/context-data.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { CheckRef } from "../journal/check-identity.ts";

/** What has to become true for a remediation to be fixed: it depends on what the incident is about. */
export type Goal =
	/** The check that failed passes again, on its branch or on the fix. */
	| { readonly kind: "check" }
	/** The checks on the fix's own branch pass. */
	| { readonly kind: "fix" }
	/** Each of these passes on the agent's commit; if none is known, something passes there and nothing is red. */
	| { readonly kind: "head"; readonly red: readonly CheckRef[] }
	/** Another stage of the same play is reported, or the stage passes. */
	| { readonly kind: "stage"; readonly play: CheckRef };

/** `red`: what was red on the head when the agents of this budget were chosen. */
export function goalOf(incident: Pick<Incident, "kind" | "workflow" | "job">, red: readonly CheckRef[]): Goal {
	switch (incident.kind) {
		case "ci":
			return { kind: "check" };
		case "security":
			return { kind: "fix" };
		case "manual":
		case "change":
			return { kind: "head", red };
		// Its findings are words: the agent's commit answers them, and CI judges the commit.
		case "review":
			return { kind: "head", red: [] };
		case "play":
			return { kind: "stage", play: stageOf(incident) };
		default:
			return incident.kind satisfies never;
	}
}

/** Whether something is known to be still broken if the agent pushed nothing. */
export function isKnownRed(goal: Goal): boolean {
	switch (goal.kind) {
		case "check":
		case "fix":
			return true;
		case "head":
			return goal.red.length > 0;
		case "stage":
			return false;
		default:
			return goal satisfies never;
	}
}

/**
 * Whether a pull request can be merged, as a check: GitHub sends no event about it, so its answers are stored under this name.
 * No App has such a slug.
 */
export const MERGEABLE: CheckRef = { app: "github/mergeable" };

export function isMergeable({ app }: CheckRef): boolean {
	return app === MERGEABLE.app;
}

/** A stage as a check; `lifecycle` in pipeline.yaml reports it under the same name. */
function stageOf({ workflow, job }: Pick<Incident, "workflow" | "job">): CheckRef {
	return { app: `play/${workflow?.name ?? ""}`, ...(job !== undefined && { job }) };
}

// More would not fit into a prompt either.
const MOST_RED = 50;

/**
 * What is red on the head when an agent is chosen: failed runs, failed checks of Apps, failed statuses, a merge conflict. Only
 * of incidents that are judged by it.
 */
export function redAtDecision(incident: Incident, context: Context): readonly CheckRef[] | undefined {
	if (goalOf(incident, []).kind !== "head") return undefined;
	const { jobs = [], runs = [] } = dataFrom(context, "github.job_logs") ?? {};
	const state = dataFrom(context, "github.pull_request")?.mergeable_state;
	const isDirty = state === "dirty" || incident.conclusion === "merge_conflict";
	const ofRuns = runs.flatMap(({ id, workflow }): CheckRef[] => {
		const failed = jobs.filter(({ run_id, app }) => run_id === id && app === undefined);
		return failed.length === 0 ? [{ workflow }] : failed.map(({ name }) => ({ workflow, job: name }));
	});
	const ofApps = jobs.flatMap(({ name, app }): CheckRef[] => {
		if (app === undefined) return [];
		return [app === "status" ? { job: name } : { app, job: name }];
	});
	return [...(isDirty ? [MERGEABLE] : []), ...ofRuns, ...ofApps].slice(0, MOST_RED);
}
