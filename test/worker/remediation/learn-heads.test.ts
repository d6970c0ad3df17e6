import { describe, expect, it } from "vitest";
import type { Signal } from "../../../pipeline/index.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { trackSignal } from "../../../worker/ingest/track-signal.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { type Answers, answeringGitHub } from "../support/answering-github.ts";
import { happen, run, runningRemediation } from "../support/remediation-life.ts";
import { sampleId, sampleIncident, unnamedIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);
const PULLS = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
const COMPARE = "GET /repos/{owner}/{repo}/compare/{basehead}";

/** GitHub that answers by route, and is silent on all others. */
function answering(stub: Stub, answers: Answers): readonly string[] {
	const { github, asked } = answeringGitHub(answers, { reason: "unavailable", detail: "502" });
	Object.assign(stub, { github });
	return asked;
}

/** A status or a job, which names no repository. */
function unnamed(stub: Stub, changes: Partial<Signal>): Signal {
	const { signal } = run("success", 200, stub, changes) as { signal: Signal };
	const { head_repository: _named, run_id: _run, workflow: _workflow, ...rest } = signal;
	return { ...rest, ...changes };
}

async function report(stub: Stub, signal: Signal): Promise<void> {
	await trackSignal(stub, { signal, now: stub.clock, reconsider_ms: 3_600_000 }, stub.log);
	await reconcile(stub, ID);
}

const headsOf = async (stub: Stub) =>
	(await stub.journal.prepare("SELECT check_name, job, head_repository FROM checks ORDER BY job").all()).results;
const statusOf = async (stub: Stub) => (await findIncident(stub.journal, ID))?.status;

const STATUS = { event: "status_green", job: "ci/jenkins", head_sha: "sha-new", branch: "fix/parser" };

/** A failed status of our branch, whose agent is done. */
async function awaitingStatus(stub: Stub, make = sampleIncident): Promise<void> {
	const of = { branch: "fix/parser", job: "ci/jenkins", event: "status", head_sha: "sha-old" };
	const { run_id: _run, ...incident } = make({ id: ID, ...of });
	await journalIncident(stub, incident);
	const { github } = stub;
	// Nothing of GitHub's is needed until then.
	Object.assign(stub, { github: undefined });
	await sweepDue(stub);
	await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "Succeeded" });
	Object.assign(stub, { github });
}

describe("a green status, which names no repository", () => {
	it("counts once GitHub says that its commit is on our branch", async () => {
		const stub = stubEffects();
		answering(stub, { [PULLS]: [], [COMPARE]: { status: "identical" } });
		await awaitingStatus(stub);
		await report(stub, unnamed(stub, STATUS));
		expect(await statusOf(stub)).toBe("fixed");
		expect(await headsOf(stub)).toEqual([{ check_name: "status", job: "ci/jenkins", head_repository: "5dlabs/cto" }]);
	});

	it("does not count if it is a fork's, and is not asked about again", async () => {
		const stub = stubEffects();
		const head = { ref: "fix/parser", sha: "sha-new", repo: { full_name: "mallory/cto" } };
		const asked = answering(stub, { [PULLS]: [{ head }] });
		await awaitingStatus(stub);
		await report(stub, unnamed(stub, STATUS));
		await reconcile(stub, ID);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		expect(asked).toEqual([PULLS]);
	});

	it("does not count while GitHub is silent, and counts when it answers", async () => {
		const stub = stubEffects();
		answering(stub, {});
		await awaitingStatus(stub);
		await report(stub, unnamed(stub, STATUS));
		expect(await statusOf(stub)).toBe("awaiting_ci");
		answering(stub, { [PULLS]: [], [COMPARE]: { status: "behind" } });
		await reconcile(stub, ID);
		expect(await statusOf(stub)).toBe("fixed");
	});

	it("does not count if GitHub cannot tell either", async () => {
		const stub = stubEffects();
		const asked = answering(stub, { [PULLS]: [], [COMPARE]: { status: "diverged" } });
		await awaitingStatus(stub);
		await report(stub, unnamed(stub, STATUS));
		await reconcile(stub, ID);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		expect(asked).toEqual([PULLS, COMPARE]);
	});

	it("counts where nobody named the incident's repository either, and nobody can be asked", async () => {
		const stub = stubEffects();
		await awaitingStatus(stub, unnamedIncident);
		await report(stub, unnamed(stub, STATUS));
		expect(await statusOf(stub)).toBe("fixed");
	});
});

describe("a job, which names no repository", () => {
	const job = (stub: Stub) =>
		unnamed(stub, { reports: "failure", run_id: "200", workflow: { name: "CI" }, job: "lint" });
	const ofRun = (stub: Stub, head_repository: string) =>
		run("failure", 200, stub, { workflow: { name: "CI" }, head_repository });

	it.each([
		["before its run", ["job", "run"]],
		["after its run", ["run", "job"]],
	])("is its run's, reported %s, without asking", async (_order, order) => {
		const stub = stubEffects();
		await runningRemediation(stub, ID);
		for (const what of order) {
			if (what === "job") await report(stub, job(stub));
			else await happen(stub, ID, ofRun(stub, "mallory/cto"));
		}
		expect(await headsOf(stub)).toEqual([
			{ check_name: "workflow:CI", job: "", head_repository: "mallory/cto" },
			{ check_name: "workflow:CI", job: "lint", head_repository: "mallory/cto" },
		]);
	});
});
