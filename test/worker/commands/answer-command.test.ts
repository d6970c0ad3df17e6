import { describe, expect, it } from "vitest";
import type { CommandRequest } from "../../../pipeline/index.ts";
import { answerCommand } from "../../../worker/commands/answer-command.ts";
import { sweepCommands } from "../../../worker/commands/sweep-commands.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import type { Effects } from "../../../worker/effects.ts";
import { addCommand } from "../../../worker/journal/commands.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { type CommentGitHub, commentGitHub } from "../support/comment-github.ts";
import { happen, run, timelineOf, WORKFLOW } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const POST_COMMENT = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const PATCH_COMMENT = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
const REACT = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
const HOUR_MS = 3_600_000;

describe("answerCommand", () => {
	it("reacts, and makes one comment that is found again and changed", async () => {
		const { stub, hub } = withGitHub();
		await say(stub, "status", 1);
		expect([...hub.reactions]).toEqual(["1 +1"]);
		expect(hub.comments).toHaveLength(1);
		expect(hub.comments[0]?.body).toContain(
			"<!-- healer:pull-request -->\n### Healer\n\n` octocat ` ran ` /healer status `",
		);
		expect(hub.comments[0]?.body).toContain("No remediations on this pull request yet.");

		await say(stub, "help", 2);
		expect([...hub.reactions]).toEqual(["1 +1", "2 +1"]);
		expect(hub.comments).toHaveLength(1);
		expect(hub.comments[0]?.body).toContain(
			"- ` /healer fix rex the lock file ` assigns rex, and passes the words on to it",
		);
	});

	it("does nothing more when it is called again", async () => {
		const { stub, hub } = withGitHub();
		await say(stub, "status", 1);
		const asked = hub.asked.length;
		await answerCommand(stub, sampleId(1));
		await sweepCommands(stub);
		expect(hub.asked).toHaveLength(asked);
	});

	it("answers once when two do it at the same time", async () => {
		const { stub, hub } = withGitHub();
		await addCommand(stub.journal, command("status", 1), stub.clock);
		await Promise.all([answerCommand(stub, sampleId(1)), answerCommand(stub, sampleId(1)), sweepCommands(stub)]);
		await sweepCommands(stub);
		expect(hub.asked.filter((route) => route === REACT)).toHaveLength(1);
		expect(hub.comments).toHaveLength(1);
	});

	it.each(["fxi", "__proto__", "constructor"])("says that there is no word %s", async (name) => {
		const { stub, hub } = withGitHub();
		await say(stub, name, 1);
		expect([...hub.reactions]).toEqual(["1 confused"]);
		expect(hub.comments[0]?.body).toContain("unknown command. These are the commands:");
		expect(hub.comments[0]?.body).toContain("` /healer stop `");
	});

	it.each([REACT, POST_COMMENT, "GET /app"] as const)("has one comment after a crash behind %s", async (crashing) => {
		const { stub, hub } = withGitHub();
		hub.afterwards = (route) => {
			if (route === crashing) throw new Error("killed");
		};
		await say(stub, "status", 1);
		hub.afterwards = () => undefined;
		stub.clock += 130_000;
		await sweepCommands(stub);
		expect([...hub.reactions]).toEqual(["1 +1"]);
		expect(hub.comments).toHaveLength(1);
		const asked = hub.asked.length;
		stub.clock += 130_000;
		await sweepCommands(stub);
		expect(hub.asked).toHaveLength(asked);
	});

	it.each([REACT, POST_COMMENT] as const)(
		"waits out GitHub's rate limit at %s, and asks nothing before",
		async (limited) => {
			const { stub, hub } = withGitHub();
			const until = stub.clock + HOUR_MS;
			hub.fails = (route) => (route === limited && stub.clock < until ? { reason: "rate_limited", until } : undefined);
			await say(stub, "status", 1);
			const asked = hub.asked.filter((route) => route === limited).length;
			stub.clock += HOUR_MS / 2;
			await sweepCommands(stub);
			expect(hub.asked.filter((route) => route === limited)).toHaveLength(asked);
			stub.clock = until;
			await sweepCommands(stub);
			expect([...hub.reactions]).toEqual(["1 +1"]);
			expect(hub.comments).toHaveLength(1);
		},
	);

	it("gives a reaction up that GitHub refuses, and writes down why", async () => {
		const { stub, hub } = withGitHub();
		hub.fails = (route) => (route === REACT ? { reason: "forbidden", detail: "Resource not accessible" } : undefined);
		await say(stub, "status", 1);
		expect(await answerOf(stub, 1)).toBe("not answered: GitHub: forbidden: Resource not accessible");
		expect(hub.comments).toHaveLength(1);
	});

	it("acts without a GitHub App, and writes down that nobody was answered", async () => {
		const stub = stubEffects();
		await failing(stub, 100);
		await say(stub, "stop", 1);
		expect((await findIncident(stub.journal, sampleId(100)))?.status).toBe("cancelled");
		expect(await answerOf(stub, 1)).toBe("not answered: no GitHub App is configured");
	});

	it("takes nobody else's comment for its own", async () => {
		const { stub, hub } = withGitHub();
		const body = "<!-- healer:pull-request -->\nmine";
		hub.comments.push({ id: 5, issue: 7, body, user: { login: "mallory" } });
		await say(stub, "status", 1);
		expect(hub.comments.map(({ user }) => user.login)).toEqual(["mallory", "Healer[bot]"]);
		expect(hub.comments[0]?.body).toBe(body);
	});

	it("finds its comment behind a hundred others when the journal lost it", async () => {
		const { stub, hub } = withGitHub();
		for (let id = 1; id <= 100; id++) hub.comments.push({ id, issue: 7, body: "talk", user: { login: "octocat" } });
		await say(stub, "status", 1);
		await stub.journal.prepare("DELETE FROM status_comments").run();
		await say(stub, "help", 2);
		expect(hub.comments).toHaveLength(101);
	});
});

describe("answerCommand of retry", () => {
	it("starts the newest remediation of each check afresh, once, and leaves what runs alone", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await failing(stub, 101);
		await failing(stub, 102, { workflow: { name: "Docker CI" } });
		await end(stub, 100, "failed");
		await end(stub, 101, "escalated");
		await end(stub, 102, "running");
		await say(stub, "retry", 1);
		expect(await statusesOf(stub, [100, 101, 102])).toEqual(["failed", "waiting", "running"]);
		expect([...hub.reactions]).toEqual(["1 eyes"]);
		expect(hub.comments[0]?.body).toContain("1 remediation will start over.");

		// The journal forgot what came of it, as if it had been killed in between; the second attempt ended meanwhile.
		await end(stub, 101, "failed");
		await stub.journal.prepare("UPDATE commands SET result = NULL, done_at = NULL").run();
		await answerCommand(stub, sampleId(1));
		expect(await statusesOf(stub, [101])).toEqual(["failed"]);
		expect(hub.comments[0]?.body).toContain("1 remediation will start over.");
		expect((await timelineOf(stub, sampleId(101))).filter(({ event }) => event === "retried")).toHaveLength(1);
	});

	it.each(["bolt", "--agent bolt", "--agent=Bolt", "bolt please"])(
		"gives the newest remediation of each check to the agent of `retry %s`, also one that runs, once",
		async (args) => {
			const { stub, hub } = withGitHub();
			await failing(stub, 100);
			await failing(stub, 101);
			await failing(stub, 102, { workflow: { name: "Docker CI" } });
			await end(stub, 100, "failed");
			await end(stub, 101, "escalated");
			await end(stub, 102, "running");
			await say(stub, "retry", 1, { args });
			expect(await statusesOf(stub, [100, 101, 102])).toEqual(["failed", "waiting", "waiting"]);
			expect((await findIncident(stub.journal, sampleId(102)))?.escalate_to).toBe("bolt");
			expect([...hub.reactions]).toEqual(["1 eyes"]);
			expect(hub.comments[0]?.body).toContain(
				"2 remediations will go on with ` bolt `, once a CodeRun that runs has ended.",
			);

			await stub.journal.prepare("UPDATE commands SET result = NULL, done_at = NULL").run();
			await answerCommand(stub, sampleId(1));
			expect((await timelineOf(stub, sampleId(102))).filter(({ event }) => event === "reassigned")).toHaveLength(1);
		},
	);

	it("names the agents when there is no such one, and starts nothing over", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await end(stub, 100, "failed");
		await say(stub, "retry", 1, { args: "--agent blot" });
		expect(await statusesOf(stub, [100])).toEqual(["failed"]);
		expect([...hub.reactions]).toEqual(["1 confused"]);
		expect(hub.comments[0]?.body).toContain(
			"there is no agent ` blot `; there are ` rex `, ` blaze `, ` bolt `, ` cipher `, ` atlas `.",
		);
	});

	it("waits for a remediation that is being decided, and gives it to the agent then", async () => {
		const { stub } = withGitHub();
		await failing(stub, 100);
		await stub.journal
			.prepare("UPDATE incidents SET lock = 'x', locked_until = ?1")
			.bind(stub.clock + 30_000)
			.run();
		await say(stub, "retry", 1, { args: "bolt" });
		expect(await statusesOf(stub, [100])).toEqual(["accepted"]);
		stub.clock += 60_000;
		await sweepCommands(stub);
		expect(await statusesOf(stub, [100])).toEqual(["waiting"]);
	});

	it("says so when there is nothing", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await end(stub, 100, "fixed");
		await say(stub, "retry", 1);
		expect([...hub.reactions]).toEqual(["1 confused"]);
		expect(hub.comments[0]?.body).toContain("there is nothing to retry here.");
	});

	it("knows the remediation from the pull request of its fix", async () => {
		const { stub } = withGitHub();
		await failing(stub, 100, { pr_number: 3 });
		await sweepDue(stub);
		await happen(stub, sampleId(100), { kind: "outcome", attempt: 1, phase: "Succeeded", pr: 7 });
		await say(stub, "stop", 1);
		expect(await statusesOf(stub, [100])).toEqual(["cancelled"]);
	});

	it("knows it from the branch, where the event told no number", async () => {
		const { stub } = withGitHub();
		await journalIncident(stub, sampleIncident({ id: sampleId(100), branch: "fix/parser", workflow: WORKFLOW }));
		await journalIncident(
			stub,
			sampleIncident({ id: sampleId(101), branch: "fix/parser", head_repository: "mallory/cto" }),
		);
		await happen(stub, sampleId(100), run("failure", 300, stub, { pr_number: 7, workflow: { name: "Another" } }));
		await say(stub, "stop", 1);
		expect(await statusesOf(stub, [100, 101])).toEqual(["cancelled", "accepted"]);
	});
});

describe("answerCommand of stop", () => {
	it("ends what is under way on this pull request alone", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await failing(stub, 101);
		await failing(stub, 102, { pr_number: 8 });
		await failing(stub, 103, { repository: "5dlabs/other" });
		await end(stub, 101, "failed");
		await say(stub, "stop", 1);
		expect(await statusesOf(stub, [100, 101, 102, 103])).toEqual(["cancelled", "failed", "accepted", "accepted"]);
		expect([...hub.reactions]).toEqual(["1 +1"]);
		expect(hub.comments[0]?.body).toContain("1 remediation stopped.");
	});

	it("finds after a crash what it stopped before", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await say(stub, "stop", 1);
		await stub.journal.prepare("UPDATE commands SET result = NULL, done_at = NULL").run();
		await answerCommand(stub, sampleId(1));
		expect(hub.comments[0]?.body).toContain("1 remediation stopped.");
	});
});

describe("answerCommand of somebody whose permission has to be asked for", () => {
	it.each([
		["write", ["cancelled"], "1 +1"],
		["read", ["accepted"], "1 confused"],
		[undefined, ["accepted"], "1 confused"],
	])("with %s", async (permission, statuses, reaction) => {
		const { stub, hub } = withGitHub();
		if (permission !== undefined) hub.permissions.set("octocat", permission);
		await failing(stub, 100);
		await say(stub, "stop", 1, { needs: ["admin", "write"] });
		expect(await statusesOf(stub, [100])).toEqual(statuses);
		expect([...hub.reactions]).toEqual([reaction]);
	});

	it.each([
		["is refused by its pull request", { refused: "the pull request is closed" }],
		["is refused for want of a permission", { needs: ["admin"] }],
	])("%s with a reaction and no comment", async (_name, changes) => {
		const { stub, hub } = withGitHub();
		hub.permissions.set("octocat", "read");
		await failing(stub, 100);
		await say(stub, "stop", 1, changes);
		expect(await statusesOf(stub, [100])).toEqual(["accepted"]);
		expect([...hub.reactions]).toEqual(["1 confused"]);
		expect(hub.comments).toEqual([]);
	});

	it("is refused beyond ten of one author in an hour, without asking GitHub, whatever repository they are on", async () => {
		const { stub, hub } = withGitHub();
		hub.permissions.set("octocat", "write");
		for (let n = 1; n <= 11; n++) {
			await say(stub, "status", n, { needs: ["write"], repository: n % 2 ? "5dlabs/cto" : "5dlabs/other" });
		}
		const asked = hub.asked.filter((route) => route.endsWith("/permission"));
		expect(asked).toHaveLength(10);
		expect([...hub.reactions].at(-1)).toBe("11 confused");
		await say(stub, "status", 12, { needs: ["write"], author: "hubot" });
		stub.clock += HOUR_MS;
		await say(stub, "status", 13, { needs: ["write"] });
		expect([...hub.reactions].slice(-2)).toEqual(["12 confused", "13 +1"]);
	});

	it("is refused where there is nobody to ask", async () => {
		const stub = stubEffects();
		await failing(stub, 100);
		await say(stub, "stop", 1, { needs: ["admin"] });
		expect(await statusesOf(stub, [100])).toEqual(["accepted"]);
	});

	it("waits while GitHub cannot be asked, and fixes when it allows it", async () => {
		const { stub, hub } = withGitHub();
		hub.permissions.set("octocat", "admin");
		hub.fails = () => ({ reason: "unavailable", detail: "503" });
		const incident = sampleIncident({ id: sampleId(1), kind: "manual", pr_number: 7 });
		await say(stub, "fix", 1, { needs: ["admin"], fix: { incident, identity: "i", explanation: [] } });
		expect(await findIncident(stub.journal, sampleId(1))).toBeUndefined();
		hub.fails = () => undefined;
		stub.clock += 60_000;
		await sweepCommands(stub);
		expect(await statusesOf(stub, [1])).toEqual(["accepted"]);
		expect(stub.woken.at(-1)).toEqual({ id: sampleId(1), delayMs: 5000 });
		expect([...hub.reactions]).toEqual(["1 eyes"]);
	});
});

describe("sweepCommands", () => {
	it("writes the comment again when a remediation reached another state, and only then", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await say(stub, "status", 1);
		expect(hub.comments[0]?.body).toContain("| ` Controller CI `, ` clippy ` |  | 1 | accepted |");
		stub.clock += 60_000;
		await sweepDue(stub);
		await sweepCommands(stub);
		expect(hub.comments[0]?.body).toContain("| ` Controller CI `, ` clippy ` | ` rex ` | 1 | running |");
		await happen(stub, sampleId(100), { kind: "outcome", attempt: 1, phase: "Succeeded", pr: 12 });
		stub.clock += 60_000;
		await sweepCommands(stub);
		expect(hub.comments[0]?.body).toContain("| awaiting CI | the fix: #12 |");
		const asked = hub.asked.length;
		for (let minute = 0; minute < 5; minute++) {
			stub.clock += 60_000;
			await sweepCommands(stub);
		}
		expect(hub.asked).toHaveLength(asked);
		expect(hub.comments).toHaveLength(1);
	});

	it("makes no comment where nobody gave a command", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await sweepDue(stub);
		await sweepCommands(stub);
		expect(hub.asked).toEqual([]);
	});

	it("leaves a comment away that a person deleted, until somebody asks again", async () => {
		const { stub, hub } = withGitHub();
		await failing(stub, 100);
		await say(stub, "status", 1);
		hub.comments.length = 0;
		stub.clock += 60_000;
		await sweepDue(stub);
		await sweepCommands(stub);
		expect(hub.asked.filter((route) => route === PATCH_COMMENT)).toHaveLength(1);
		expect(hub.comments).toEqual([]);
		stub.clock += 60_000;
		await say(stub, "status", 2);
		expect(hub.comments).toHaveLength(1);
	});
});

function withGitHub(): { readonly stub: Stub; readonly hub: CommentGitHub } {
	const hub = commentGitHub();
	const stub: Stub & { github: Effects["github"] } = stubEffects();
	stub.github = hub;
	return { stub, hub };
}

function command(name: string, comment_id: number, more: Partial<CommandRequest> = {}): CommandRequest {
	const where = { repository: "5dlabs/cto", pr_number: 7, comment_id };
	return { id: sampleId(comment_id), name, ...where, author: "octocat", delivery_id: `d-${comment_id}`, ...more };
}

async function say(stub: Stub, name: string, comment_id: number, more: Partial<CommandRequest> = {}): Promise<void> {
	await addCommand(stub.journal, command(name, comment_id, more), stub.clock);
	await answerCommand(stub, sampleId(comment_id));
}

async function failing(stub: Stub, n: number, more: Partial<Parameters<typeof sampleIncident>[0]> = {}): Promise<void> {
	stub.clock += 1000;
	const about = { branch: "fix/parser", workflow: WORKFLOW, job: "clippy", pr_number: 7 };
	await journalIncident(stub, sampleIncident({ ...about, ...more, id: sampleId(n) }));
}

async function end(stub: Stub, n: number, status: string): Promise<void> {
	const update = "UPDATE incidents SET status = ?2, next_try_at = NULL WHERE id = ?1";
	await stub.journal.prepare(update).bind(sampleId(n), status).run();
}

async function statusesOf(stub: Stub, numbers: readonly number[]): Promise<readonly (string | undefined)[]> {
	const rows = await Promise.all(numbers.map((n) => findIncident(stub.journal, sampleId(n))));
	return rows.map((row) => row?.status);
}

async function answerOf(stub: Stub, n: number): Promise<string | null> {
	return await stub.journal.prepare("SELECT answer FROM commands WHERE id = ?1").bind(sampleId(n)).first("answer");
}
