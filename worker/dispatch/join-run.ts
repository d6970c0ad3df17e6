import { headRepositoryName } from "../../pipeline/head-repository.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { enrichIncident } from "../../pipeline/index.ts";
import { DAY_MS, MINUTE_MS } from "../../wire/durations.ts";
import { runsOfCommit } from "../context/github/commit-results.ts";
import { hasFailed } from "../context/github/failed-jobs.ts";
import { isGone, repoClient, sourceFailure } from "../context/github/repo-client.ts";
import type { RunAnswer } from "../context/github/run-answer.ts";
import type { Effects } from "../effects.ts";
import { ACTIONS } from "../journal/check-identity.ts";
import { handOverStatement, incidentOfCommit, incidentOfRun } from "../journal/incident-of-run.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { deferFor, type Progress, supersede, waitForGitHub } from "./waiting.ts";

const ASKING_MS = 10_000;
// How long the deliveries of a red run may take to arrive, and how long its end is waited for.
const DELIVERED_WITHIN_MS = MINUTE_MS;
const LONGEST_WAIT_MS = DAY_MS;

/**
 * Ends an incident that belongs to another one's run, before anything is decided: that one gets its deliveries as evidence.
 * So does a check run that an action of a run made (a test reporter): its App is GitHub Actions, and it names no run. While
 * the runs of its commit go on, it waits; if they passed, so did whatever made the check. Else the incident, with its run
 * where GitHub knows one that nobody delivered. `known`: the other incident of its run, if the journal was asked for it.
 */
export async function joinRun(
	effects: Effects,
	locked: LockedIncident,
	incident: Incident,
	known?: { readonly ofRun: string | undefined },
): Promise<Incident | Progress> {
	const { kind, run_id, app, head_sha, part } = incident;
	if (kind !== "ci" || locked.attempt > 1 || part !== undefined) return incident;
	if (run_id !== undefined) {
		const first = known === undefined ? await incidentOfRun(effects.journal, locked, run_id) : known.ofRun;
		return first === undefined ? incident : await handOver(effects, locked, first, `run ${run_id} is`);
	}
	if (app !== ACTIONS || head_sha === undefined) return incident;
	const own = await incidentOfCommit(effects.journal, locked, head_sha);
	if (own !== undefined) return await handOver(effects, locked, own, "an action made it in a run that is");
	return await askRuns(effects, locked, { ...incident, head_sha });
}

async function askRuns(
	effects: Effects,
	locked: LockedIncident,
	incident: Incident & { readonly head_sha: string },
): Promise<Incident | Progress> {
	if (effects.github === undefined) return incident;
	const client = repoClient(effects.github, incident);
	const answer = await runsOfCommit(client, incident.head_sha, AbortSignal.timeout(ASKING_MS));
	if (!answer.ok) {
		if (isGone(answer.problem) || answer.problem.reason === "forbidden") return incident;
		const failure = sourceFailure(answer.problem);
		const untilMs = failure.status === "deferred" ? failure.untilMs : undefined;
		return await waitForGitHub(effects, locked, { why: `the runs of its commit: ${failure.why}`, untilMs });
	}
	const runs = answer.value;
	const age = effects.now() - locked.created_at;
	const unfinished = runs.find(({ status }) => status !== "completed");
	if (unfinished !== undefined && age < LONGEST_WAIT_MS) {
		return await waitForRun(
			effects,
			locked,
			`an action made it, and run ${unfinished.id} of its commit is not finished`,
		);
	}
	const red = runs.filter(({ conclusion }) => hasFailed(conclusion)).toSorted((one, other) => other.id - one.id)[0];
	if (red === undefined) {
		const passed = runs.find(({ conclusion }) => conclusion === "success");
		if (passed === undefined) return incident;
		return await supersede(effects, locked, `an action made it, and run ${passed.id} of its commit passed`);
	}
	if (age < DELIVERED_WITHIN_MS) {
		return await waitForRun(
			effects,
			locked,
			`an action made it, and run ${red.id} of its commit is not an incident yet`,
		);
	}
	return ofRun(incident, red);
}

/** The incident with what GitHub says of its run: the filters then see whose it is. */
function ofRun(incident: Incident, run: RunAnswer): Incident {
	const { head_repository, actor, run_attempt } = run;
	const data = {
		id: String(run.id),
		workflow: { name: run.name, path: run.path },
		head_repository: headRepositoryName(head_repository),
		actor,
	};
	const known = enrichIncident(incident, { run: { from: "github.run", took_ms: 0, status: "ok", data } });
	return { ...known, run_id: data.id, ...(run_attempt != null && { run_attempt }) };
}

async function handOver(effects: Effects, locked: LockedIncident, to: string, why: string): Promise<Progress> {
	return await supersede(effects, locked, `${why} incident ${to}`, [handOverStatement(effects.journal, locked, to)]);
}

async function waitForRun(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	return await deferFor(effects, locked, { reason, blocked_on: `incident:${locked.id}` });
}
