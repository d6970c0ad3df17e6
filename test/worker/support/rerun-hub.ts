import { env } from "cloudflare:workers";
import { createSources } from "../../../worker/context/create-sources.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { payloadOf, RerunningGitHub } from "./rerunning-github.ts";
import { REPOSITORY } from "./shipped-hub.ts";
import { type Stub, stubEffects } from "./stub-effects.ts";

export interface RerunHub extends Stub {
	readonly actions: RerunningGitHub;
}

/** The shipped pipeline, with a GitHub that runs failed jobs again. */
export async function rerunHub(actions = new RerunningGitHub()): Promise<RerunHub> {
	const stub = stubEffects();
	stub.activeEngine = await currentEngine(env, 0, stub.log);
	const { github } = actions;
	const relay = { env: {}, fetch, now: () => stub.clock, newId: () => "id" };
	const sources = createSources({ github, fetch: actions.fetch, relay });
	return Object.assign(stub, { actions, github, sources });
}

let deliveries = 0;

/** GitHub reports that the run ended, as it is now. */
export async function reportRun(hub: RerunHub, id: number, delivery_id = `r-${++deliveries}`) {
	const run = hub.actions.runs.get(id);
	if (run === undefined) throw new Error(`there is no run ${id}`);
	hub.begin();
	const sender = { login: "octocat", type: "User" };
	const payload = { action: "completed", workflow_run: payloadOf(id, run), repository: REPOSITORY, sender };
	return await acceptDelivery(hub, { event: "workflow_run", delivery_id, payload }, "sensor", hub.log);
}

/** The rerun of a run ends, and GitHub reports it. */
export async function endRerun(hub: RerunHub, id: number, conclusion: "success" | "failure") {
	Object.assign(hub.actions.runs.get(id) ?? {}, { status: "completed", conclusion });
	return await reportRun(hub, id);
}

/** Time passes, and the cron does what is due. */
export async function pass(hub: RerunHub, ms: number): Promise<void> {
	hub.clock += ms;
	hub.begin();
	await sweepDue(hub);
	await sweepOverdue(hub);
}
