import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { retryRemediation } from "../../../worker/remediation/actions.ts";
import { syncEscalations } from "../../../worker/remediation/sync-escalations.ts";
import { attemptsOf, happen, passUntilQuiet, WORKFLOW } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, timedOut } from "../support/stub-effects.ts";
import { type TellingGitHub, tellingGitHub } from "./notifying-github.ts";

const ID = sampleId(1);
const HOSTILE = "`@everyone` <img src=x onerror=alert(1)>\n# [click](javascript:alert(1)) <!-- healer:x -->";

describe("notifyHuman", () => {
	it("leaves one comment on the pull request that says what was tried, and a label", async () => {
		const { stub, github } = telling();
		await failThrice(stub, { pr_number: 7 });
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "escalated",
			escalation_url: "https://github.test/5dlabs/cto/pull/7#issuecomment-900",
		});
		expect([...github.labels]).toEqual(["7 needs-human"]);
		expect(github.posted.map(({ on }) => on)).toEqual([7]);
		expect(github.posted[0]?.body.split("\n")).toEqual([
			`<!-- healer:${ID} -->`,
			"### Healer needs a person here",
			"",
			"- What failed: ` Controller CI `, job ` clippy `",
			"- Branch: ` fix/parser `",
			"- Failure type: ` rust_clippy `",
			"- Reason: ` the CodeRun ended as Failed: reason 3; all 3 attempts are used up `",
			"",
			"Attempts:",
			"",
			"1. ` rex `: ` agent_failed `; pull request #71",
			"   - Message: ` reason 1 `",
			"2. ` rex `: ` agent_failed `; pull request #72",
			"   - Message: ` reason 2 `",
			"3. ` atlas `: ` agent_failed `; pull request #73",
			"   - Message: ` reason 3 `",
			"",
			"Comment `/healer retry` to start over with all attempts, from the first agent.",
			`Incident \`${ID}\`.`,
		]);
	});

	it("opens one issue where there is no pull request", async () => {
		const { stub, github } = telling();
		await failThrice(stub, {}, false);
		await passUntilQuiet(stub, ID);
		expect(github.posted).toMatchObject([{ title: "Healer needs a person: Controller CI (incident 00000000)" }]);
		expect(github.posted[0]?.on).toBeUndefined();
	});

	it.each([
		["a comment", { pr_number: 7 }, "pull/7#issuecomment-900"],
		["an issue", {}, "issues/900"],
	])("leaves %s once, whatever answers are lost", async (_name, fields, where) => {
		const { stub, github } = telling();
		const lost = new Set<string>();
		github.loses = (route) => {
			const isFirst = !lost.has(route);
			lost.add(route);
			return isFirst ? { reason: "unavailable", detail: "cut" } : undefined;
		};
		await failThrice(stub, fields, false);
		expect((await passUntilQuiet(stub, ID)).escalation_url).toBe(`https://github.test/5dlabs/cto/${where}`);
		expect(lost.size).toBeGreaterThan(2);
		expect(github.posted).toHaveLength(1);
	});

	it("does not take another's comment with our mark for its own", async () => {
		const { stub, github } = telling();
		github.posted.push({ id: 1, on: 7, body: `<!-- healer:${ID} -->`, user: { login: "mallory" }, html_url: "x" });
		await failThrice(stub, { pr_number: 7 });
		await passUntilQuiet(stub, ID);
		expect(github.posted.map(({ user }) => user.login)).toEqual(["mallory", "healer-app[bot]"]);
	});

	it("waits for GitHub's limit, and says so when it may not speak", async () => {
		const { stub, github } = telling();
		const until = stub.clock + 3600_000;
		github.loses = () => (stub.clock < until ? { reason: "rate_limited", until } : undefined);
		await failThrice(stub, { pr_number: 7 });
		await sweepOverdue(stub);
		expect((await findIncident(stub.journal, ID))?.next_try_at).toBe(until);
		github.loses = () => ({ reason: "forbidden", detail: "Resource not accessible by integration" });
		expect((await passUntilQuiet(stub, ID)).reason).toContain(
			"nobody was notified: GitHub: forbidden: Resource not accessible by integration",
		);
	});

	it("shows words of others as code, on one line each", async () => {
		const { stub, github } = telling();
		await failThrice(stub, { pr_number: 7, job: HOSTILE }, true, HOSTILE);
		await passUntilQuiet(stub, ID);
		const body = github.posted[0]?.body ?? "";
		const outside = body.replace(/(`+) .*? \1/g, "").replace(`<!-- healer:${ID} -->`, "");
		expect(outside).not.toMatch(/everyone|onerror|javascript|<!--/);
	});

	it("changes its one comment when a retry ended at a person again", async () => {
		const { stub, github } = telling();
		stub.status = timedOut;
		await failThrice(stub, { pr_number: 7 });
		await passUntilQuiet(stub, ID);
		expect(await retryRemediation(stub, ID, "octocat")).toEqual({ ok: true, status: "waiting", attempt: 4 });
		await passUntilQuiet(stub, ID);
		expect((await attemptsOf(stub, ID)).map(({ attempt, agent }) => [attempt, agent]).slice(3)).toEqual([
			[4, "rex"],
			[5, "rex"],
			[6, "atlas"],
		]);
		expect(github.posted).toHaveLength(1);
		expect(github.posted[0]?.body).toContain("6. ` atlas `: ` timed_out `");
	});

	it("takes its label off the pull request once it is fixed, but not while another incident there needs a person", async () => {
		const { stub, github } = telling();
		for (const n of [1, 2]) await failThrice(stub, { id: sampleId(n), branch: `fix/parser-${n}`, pr_number: 7 });
		for (const n of [1, 2]) await passUntilQuiet(stub, sampleId(n));
		await goesOn(stub, sampleId(1), "fixed");
		expect([...github.labels]).toEqual(["7 needs-human"]);
		await goesOn(stub, sampleId(2), "fixed");
		expect([...github.labels]).toEqual([]);
		expect(github.posted.map(({ body }) => body.split("\n")[1])).toEqual([
			"### Healer no longer needs a person here: ` fixed `",
			"### Healer no longer needs a person here: ` fixed `",
		]);
	});

	it("closes the issue that it opened once it is fixed, and opens it when a person is needed again", async () => {
		const { stub, github } = telling();
		await failThrice(stub, {}, false);
		await passUntilQuiet(stub, ID);
		expect([github.posted[0]?.state, ...github.labels]).toEqual(["open", "900 needs-human"]);
		await goesOn(stub, ID, "fixed");
		expect([github.posted[0]?.state, ...github.labels]).toEqual(["closed"]);
		await goesOn(stub, ID, "waiting");
		expect(github.posted[0]?.state).toBe("open");
		await goesOn(stub, ID, "escalated");
		await passUntilQuiet(stub, ID);
		expect([github.posted[0]?.state, ...github.labels]).toEqual(["open", "900 needs-human"]);
		expect(github.posted).toHaveLength(1);
	});
});

/** As if it had come to this state, whatever brought it there. */
async function goesOn(stub: Stub, id: string, status: string): Promise<void> {
	const due = status === "escalated" ? stub.clock : null;
	await stub.journal
		.prepare("UPDATE incidents SET status = ?2, reason = NULL, next_try_at = ?3 WHERE id = ?1")
		.bind(id, status, due)
		.run();
	await syncEscalations(stub);
}

function telling(): { readonly stub: Stub; readonly github: TellingGitHub } {
	const github = tellingGitHub();
	return { stub: Object.assign(stubEffects(), { github }), github };
}

async function failThrice(stub: Stub, fields: Partial<Incident>, withFix = true, message?: string): Promise<void> {
	const incident = sampleIncident({ id: ID, branch: "fix/parser", workflow: WORKFLOW, job: "clippy", ...fields });
	const { id } = incident;
	await journalIncident(stub, incident);
	await sweepDue(stub);
	for (const attempt of [1, 2, 3]) {
		const why = { message: message ?? `reason ${attempt}`, ...(withFix && { pr: 70 + attempt }) };
		await happen(stub, id, { kind: "outcome", attempt, phase: "Failed", ...why });
		stub.clock += 121_000;
		if (attempt < 3) await sweepDue(stub);
	}
}
