import { describe, expect, it } from "vitest";
import type { Signal } from "../../../pipeline/index.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { endPauses } from "../../../worker/dispatch/gates.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { endPause, startPause } from "../../../worker/journal/pauses.ts";
import { answeringGitHub } from "../support/answering-github.ts";
import { happen, run, runningRemediation } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);
const HOUR_MS = 3_600_000;
const PERSON = { login: "octocat", type: "User" } as const;

/** Two hours later, a person resumes, and the minute's sweep does what is due. */
async function resume(stub: Stub): Promise<void> {
	stub.clock += 2 * HOUR_MS;
	stub.begin();
	await endPause(stub.journal, {}, stub.clock);
	await endPauses(stub);
	await sweepDue(stub);
}

async function paused(): Promise<Stub> {
	const stub = stubEffects();
	await startPause(stub.journal, { reason: "a freeze", until: null }, stub.clock);
	return stub;
}

describe("an incident that waited in a pause", () => {
	it("goes if nothing happened meanwhile", async () => {
		const stub = await paused();
		await runningRemediation(stub, ID, "main");
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "waiting", reason: "paused" });
		await resume(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "running" });
		expect(stub.sent).toHaveLength(1);
	});

	it("wakes no agent if main went green meanwhile, as a delivery told", async () => {
		const stub = await paused();
		await runningRemediation(stub, ID, "main");
		await happen(stub, ID, run("success", 101, stub, { branch: "main", actor: PERSON }));
		await resume(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "superseded" });
		expect(stub.sent).toEqual([]);
	});

	it("wakes no agent if main went green meanwhile, as only GitHub knows", async () => {
		const stub = await paused();
		await runningRemediation(stub, ID, "main");
		const of = (id: number, run_number: number, conclusion: string) => ({
			...{
				id,
				run_number,
				conclusion,
				status: "completed",
				workflow_id: 7,
				head_branch: "main",
				head_sha: `sha-${id}`,
			},
			head_repository: { full_name: "5dlabs/cto" },
			html_url: `https://github.com/5dlabs/cto/actions/runs/${id}`,
		});
		const [red, green] = [of(100, 10, "failure"), of(101, 11, "success")];
		const { github } = answeringGitHub(
			{
				"GET /repos/{owner}/{repo}/actions/runs/{run_id}": red,
				"GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": { workflow_runs: [green, red] },
			},
			{ reason: "rate_limited", until: 0 },
		);
		await resume(Object.assign(stub, { github }));
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "superseded",
			reason: "the workflow passed in the newer run 11: https://github.com/5dlabs/cto/actions/runs/101",
		});
		expect(stub.sent).toEqual([]);
	});

	it("makes no further attempt if CI passed meanwhile", async () => {
		const stub = stubEffects();
		await runningRemediation(stub, ID);
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "Failed", message: "no idea" });
		await startPause(stub.journal, { reason: "a freeze", until: null }, stub.clock);
		stub.clock += 5 * 60_000;
		await sweepDue(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "waiting", reason: "paused", attempt: 2 });
		await happen(stub, ID, run("success", 101, stub, { actor: PERSON }));
		await resume(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "fixed", fixed_by: "other" });
		expect(stub.sent).toHaveLength(1);
	});

	it("wakes no agent if its alert was closed meanwhile", async () => {
		const stub = await paused();
		const alert = { type: "dependabot", number: 7, severity: "high" } as const;
		await journalIncident(stub, sampleIncident({ id: ID, kind: "security", branch: "main", alert }));
		await sweepDue(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "waiting", reason: "paused" });
		const signal: Signal = {
			...{ reports: "resolved", event: "dependabot_alert", delivery_id: "d", repository: "5dlabs/cto" },
			...{ alert: { type: "dependabot", number: 7 }, conclusion: "fixed" },
			occurred_at: new Date(stub.clock + 1000).toISOString(),
		};
		await happen(stub, ID, { kind: "signal", signal });
		await resume(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "superseded" });
		expect(stub.sent).toEqual([]);
	});
});
