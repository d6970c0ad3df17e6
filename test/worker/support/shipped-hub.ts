import { env } from "cloudflare:workers";
import { createSources } from "../../../worker/context/create-sources.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { findAttempt, recordOutcome } from "../../../worker/journal/attempts.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { type AnsweringGitHub, type Answers, answeringGitHub } from "./answering-github.ts";
import { type Stub, stubEffects } from "./stub-effects.ts";

/** As in the payloads of GitHub. */
export const REPOSITORY = {
	id: 1,
	name: "cto",
	full_name: "5dlabs/cto",
	default_branch: "main",
	owner: { login: "5dlabs" },
};
export const STRANGER = { login: "stranger", type: "User" };

/** The shipped pipeline with GitHub answering by route; 404 for what it has no answer to, and no App without answers. */
export async function hub(answers?: Answers): Promise<Stub & { readonly hub?: AnsweringGitHub }> {
	const stub = stubEffects();
	stub.activeEngine = await currentEngine(env, 0, stub.log);
	if (answers === undefined) return stub;
	const hub = answeringGitHub(answers, { reason: "not_found", detail: "Not Found" });
	const { github } = hub;
	const relay = { env: {}, fetch, now: () => stub.clock, newId: () => "id" };
	return Object.assign(stub, { hub, github, sources: createSources({ github, fetch, relay }) });
}

let deliveries = 0;

/** Takes a delivery as the hub does, and whatever follows at once. */
export async function deliver(stub: Stub, event: string, payload: object) {
	const delivery = { event, delivery_id: `d-${++deliveries}`, payload: { repository: REPOSITORY, ...payload } };
	const accepted = await acceptDelivery(stub, delivery, "sensor", stub.log);
	// A remediation under way is looked at as soon as a signal comes, before the new incident is decided.
	await sweepOverdue(stub);
	await sweepDue(stub);
	await sweepOverdue(stub);
	return accepted;
}

/** A completed run of ours on its default branch, as its webhook. */
export function run(id: number, changes: object) {
	return {
		action: "completed",
		workflow_run: {
			...{ id, name: "CI", path: ".github/workflows/ci.yml", run_attempt: 1, event: "push", status: "completed" },
			...{ conclusion: "failure", head_branch: "main", head_sha: "a".repeat(40), pull_requests: [] },
			...{ actor: STRANGER, head_repository: REPOSITORY, run_started_at: new Date(id * 1000).toISOString() },
			...changes,
		},
		sender: STRANGER,
	};
}

/** Where each CodeRun that was asked for pushes, and what it claims. */
export function sent(stub: Stub) {
	return stub.sent.map(({ body }) => {
		const { coderun, claims } = JSON.parse(body);
		const { HEALER_BRANCH_STRATEGY: strategy, HEALER_FIX_BRANCH: pushes_to } = coderun.spec.env;
		return { strategy, pushes_to, claims: claims.map(({ key }: { key: string }) => key) };
	});
}

/** The state of the incident that a delivery opened. */
export async function statusOf(stub: Stub, { incident_id }: { readonly incident_id?: string }) {
	const row = await findIncident(stub.journal, String(incident_id));
	return { status: row?.status, reason: row?.reason };
}

/** The first CodeRun of the incident that a delivery opened succeeds. */
export async function agentSucceeds(stub: Stub, { incident_id }: { readonly incident_id?: string }) {
	const id = String(incident_id);
	const attempt = await findAttempt(stub.journal, id, 1);
	const outcome = {
		...{ coderun_name: String(attempt?.coderun_name), incident_id: id, attempt: 1, phase: "Succeeded" },
		...{ pull_request_url: null, message: null, started_at: null, finished_at: null },
	};
	await recordOutcome(stub.journal, outcome, { digest: "d", pull_request: null, now: stub.clock });
	await sweepOverdue(stub);
}
