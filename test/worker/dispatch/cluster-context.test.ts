import { describe, expect, it } from "vitest";
import type { ContextWireRequest } from "../../../wire/context.ts";
import { createSources } from "../../../worker/context/create-sources.ts";
import { INCIDENT_COST, sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { findFound } from "../../../worker/journal/packed-decision.ts";
import { failedJob } from "../support/failed-job.ts";
import { deliver, hub } from "../support/shipped-hub.ts";
import type { Stub } from "../support/stub-effects.ts";

const LOKI_LINE = "2026-11-22T11:59:00.000Z web-1: error: connection refused";
const ANSWERS: Readonly<Record<string, object>> = {
	"argocd.application": {
		...{ status: "ok", took_ms: 3 },
		data: { name: "shop-web", health: "Degraded", sync: "OutOfSync", events: ["Sync failed"] },
	},
	"loki.query_range": { status: "ok", took_ms: 4, data: { lines: [LOKI_LINE] } },
	"kubernetes.pods": { status: "ok", took_ms: 5, data: { pods: ["web-1: Running, 7 restarts"], events: [] } },
	"prometheus.query": { status: "failed", took_ms: 5000, why: "no answer within 5 s" },
	"grafana.alerts": { status: "skipped", took_ms: 0, why: "GRAFANA_URL is not set" },
	"argo.workflow": { status: "ok", took_ms: 2, data: { name: "play-412", phase: "Failed", failed_nodes: [] } },
};

/** The shipped pipeline without an App, and a relay that answers every source; with what it was asked, per request. */
async function withRelay(env: { readonly RELAY_URL?: string } = { RELAY_URL: "http://relay.test" }) {
	const stub = await hub();
	const asked: ContextWireRequest["sources"][] = [];
	const answer = async (_input: unknown, init?: RequestInit) => {
		const { sources }: ContextWireRequest = JSON.parse(String(init?.body));
		asked.push(sources);
		return Response.json({ results: sources.map(({ name, from }) => ({ name, from, ...ANSWERS[from] })) });
	};
	const secrets = { HEALER_WIRE_SECRETS: `whsec_${btoa("0123456789abcdef0123456789abcdef")}` };
	const relay = {
		...{ env: { ...env, ...secrets }, fetch: answer as typeof fetch },
		...{ now: () => stub.clock, newId: () => crypto.randomUUID() },
	};
	return { stub: Object.assign(stub, { sources: createSources({ github: undefined, fetch, relay }) }), asked };
}

/** A failed job with this failed step, delivered and decided. */
async function afterStep(stub: Stub, step: string, run_id: number, workflow_name = "CI") {
	const payload = failedJob({ run_id, name: "build", workflow_name });
	const steps = [{ name: step, status: "completed", conclusion: "failure", number: 1 }];
	await deliver(stub, "workflow_job", { ...payload, workflow_job: { ...Object(payload.workflow_job), steps } });
	stub.clock += 60_000;
	stub.begin();
	return await decided(stub);
}

/** Decides what is due: the agent, its prompt, and the context as it is stored. */
async function decided(stub: Stub) {
	await sweepDue(stub);
	const { body } = stub.sent.at(-1) ?? { body: "{}" };
	const { incident_id, agent, coderun } = JSON.parse(body);
	const row = await findIncident(stub.journal, incident_id);
	const { remoteTools } = coderun.spec;
	return {
		agent,
		remoteTools,
		prompt: String(coderun.spec.promptModification),
		context: JSON.parse((row && (await findFound(stub.journal, row)).context) ?? "null"),
	};
}

describe("the cluster's part of a context", () => {
	it("is not asked for about a lint failure, and the prompt does not speak of it", async () => {
		const { stub, asked } = await withRelay();
		const { agent, remoteTools, prompt, context } = await afterStep(stub, "Run cargo clippy", 1081);
		expect(agent).toBe("rex");
		expect(remoteTools).toBe(
			"context7_resolve_library_id,context7_get_library_docs,github_get_file_contents,github_create_branch,github_push_files,github_create_pull_request",
		);
		expect(asked).toEqual([]);
		expect(prompt).not.toMatch(/not configured|condition is|Missing context|Argo CD:|error lines|pods/);
		expect(context).toMatchObject({
			job_logs: { status: "skipped", why: "not configured" },
			loki: { from: "loki.query_range", status: "skipped", why: "its condition is false" },
			pods: { status: "skipped", why: "its condition is false" },
		});
	});

	it("is asked for about an infrastructure failure, by the application that deploys what failed", async () => {
		const { stub, asked } = await withRelay();
		const { agent, remoteTools, prompt, context } = await afterStep(stub, "helm upgrade", 1082);
		expect(agent).toBe("bolt");
		expect(remoteTools).toContain(",argocd_get_application_events,");
		expect(remoteTools).not.toMatch(/create_?Resource|update_?Resource|delete_?Resource|sync_application|\*/i);
		expect(asked.map((sources) => sources.map(({ name }) => name))).toEqual([
			["argocd", "prometheus", "grafana"],
			["loki", "pods"],
		]);
		expect(asked[0]?.[0]?.with).toEqual({ repository: "5dlabs/cto", branch: "fix/parser" });
		expect(asked[1]?.map((one) => one.with)).toEqual([
			{
				query: '{namespace=$namespace,instance=$application} |~ "(?i)(error|fatal|panic|exception)"',
				values: { namespace: "cto", application: "shop-web" },
				since: "30m",
				limit: 50,
			},
			{ namespace: "cto", labels: { "app.kubernetes.io/instance": "shop-web" } },
		]);
		expect(prompt).toContain("Argo CD, application `shop-web`: health `Degraded`, sync `OutOfSync`.");
		expect(prompt).toContain(LOKI_LINE);
		expect(prompt).toContain("web-1: Running, 7 restarts");
		// What failed stays named; what is not set up is left out.
		expect(prompt).toContain("- prometheus (prometheus.query): `no answer within 5 s`");
		expect(prompt).not.toContain("GRAFANA_URL");
		expect(context.grafana).toMatchObject({ status: "skipped", why: "GRAFANA_URL is not set" });
		expect(stub.spent().statements).toBeLessThanOrEqual(INCIDENT_COST.statements);
		expect(stub.spent().subrequests + asked.length).toBeLessThanOrEqual(INCIDENT_COST.subrequests);
	});

	it("is asked for about a workflow that deploys, whatever failed in it", async () => {
		const { stub, asked } = await withRelay();
		await afterStep(stub, "Run cargo clippy", 1083, "Deploy controller");
		expect(asked.flat().map(({ name }) => name)).toEqual(["argocd", "prometheus", "grafana", "loki", "pods"]);
	});

	it("is asked for about a play, by its name", async () => {
		const { stub, asked } = await withRelay();
		const play = { repository: { full_name: "5dlabs/cto" }, play: "play-412", stage: "deploy", error: "exit code 1" };
		await deliver(stub, "play_stage_failure", play);
		stub.clock += 60_000;
		const { prompt } = await decided(stub);
		expect(asked.map((sources) => sources.map(({ name }) => name))).toEqual([
			["workflow"],
			["argocd", "prometheus", "grafana"],
			["loki", "pods"],
		]);
		expect(asked[2]?.map((one) => one.with)).toMatchObject([
			{ query: '{namespace=$namespace} |= $play |~ "(?i)(error|fatal|panic|exception)"', values: { play: "play-412" } },
			{ labels: { "workflows.argoproj.io/workflow": "play-412" } },
		]);
		expect(prompt).toContain("play-412: Failed");
	});

	it("is left out of the prompt without a relay", async () => {
		const { stub } = await withRelay({});
		const { prompt, context } = await afterStep(stub, "helm upgrade", 1084);
		expect(prompt).not.toContain("RELAY_URL");
		expect(context.loki).toMatchObject({ status: "skipped", why: "RELAY_URL is not set" });
	});
});
