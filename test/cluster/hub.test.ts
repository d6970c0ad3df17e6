import { describe, expect, inject, it, onTestFinished } from "vitest";
import { workflowJob } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { newNamespace } from "./support/namespace.ts";

describe("npm start on a cluster", () => {
	it("creates the CodeRun there, with its deadline, and follows it to its end", async () => {
		const namespace = await newNamespace();
		const home = await makeHome();
		const hub = await startReadyHub(home, {
			HEALER_SINK: "kubernetes",
			HEALER_NAMESPACE: namespace.name,
			KUBECONFIG: inject("kubeconfig"),
		});
		onTestFinished(async () => {
			hub.signalGroup("SIGTERM");
			await hub.ended();
		});
		expect(hub.output()).toContain(`namespace ${namespace.name} of the cluster`);
		const accepted = await deliver(home, "workflow_job", workflowJob({ runId: 4711, branch: "feature/login" }));
		expect(accepted).toMatchObject({ status: 202, body: { status: "accepted" } });
		await expect.poll(async () => (await namespace.coderuns()).length, { timeout: 60_000 }).toBe(1);
		const [coderun] = await namespace.coderuns("app.kubernetes.io/name=healer,healer/agent=rex");
		expect(coderun?.metadata.annotations).toMatchObject({
			"healer/deadline-seconds": "7200",
			"healer/branch": "feature/login",
		});
		expect(codeRuns(home)).toEqual([]);

		await namespace.setStatus(coderun?.metadata.name ?? "", { phase: "Failed", message: "out of tries" });
		await expect
			.poll(() => getJson(home, `/api/incidents/${accepted.body.incident_id}`), { timeout: 60_000 })
			.toMatchObject({ attempts: [{ attempt: 1, outcome: "Failed", message: "out of tries" }] });
	});
});
