import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import type { IncidentDetail } from "../../worker/api/shapes.ts";
import type { DemoHub } from "./demo-hub.ts";
import type { DemoRepository } from "./github/repository.ts";
import type { GitHubStandIn } from "./github/stand-in.ts";
import type { DemoDelivery, Happening, PullFacts, RunFacts } from "./payloads.ts";
import * as payloads from "./payloads.ts";
import type { DemoFailure, DemoIgnored, DemoStep, Scenario } from "./scenario-file.ts";

const SAMPLES = path.join(import.meta.dirname, "../../packs/tools/samples");
/** A little longer than the demo's pipeline settles. */
const SETTLED_MS = 6_000;
const MOST_POLLS = 1_200;
const POLL_MS = 25;

interface Moment {
	readonly at: number;
	happen(): Promise<void>;
}

interface Playing {
	readonly hub: DemoHub;
	readonly github: GitHubStandIn;
	/** When the history starts and ends, in ms since 1970. */
	readonly start: number;
	readonly end: number;
	isStopping(): boolean;
}

/** Plays the scenario from `start` to `end`, in ms. Stops early when the hub is asked to stop. */
export async function play(
	{ failures, ignored }: Scenario,
	{ hub, github, start, end, isStopping }: Playing,
): Promise<void> {
	const moments: Moment[] = [
		...failures.flatMap((failure) => momentsOf(new Remediation(failure, end - failure.ago, hub, github))),
		...ignored.map((one) => ignoredMoment(one, end - one.ago, hub)),
	].toSorted((one, other) => one.at - other.at);
	let now = start;
	for (const moment of moments) {
		if (isStopping()) return;
		await passTo(hub, now, moment.at);
		await moment.happen();
		now = moment.at;
	}
	await passTo(hub, now, end);
	await hub.sweepAt(end);
}

/** Lets time pass; what waits until a time before is processed at its own time. */
async function passTo(hub: DemoHub, from: number, until: number): Promise<void> {
	let now = from;
	for (let left = 20; left > 0; left--) {
		const due = (await waitingTimes(hub)).filter((time) => time <= until);
		if (due.length === 0) break;
		now = Math.max(now, Math.min(...due));
		await hub.sweepAt(now);
	}
	await hub.setTime(until);
}

/** What goes on without a delivery. */
const WAITING = ["accepted", "waiting", "rerunning", "grouped"];

async function waitingTimes(hub: DemoHub): Promise<readonly number[]> {
	const waiting = (await Promise.all(WAITING.map((status) => hub.incidents(status)))).flat();
	const details = await Promise.all(waiting.map(({ id }) => hub.incident(id)));
	return details.flatMap(({ next_try_at }) => (next_try_at === null ? [] : [Date.parse(next_try_at)]));
}

function momentsOf(remediation: Remediation): Moment[] {
	const { failure, at } = remediation;
	return [
		{ at, happen: () => remediation.begin() },
		...failure.then.map((step) => ({ at: at + step.after, happen: () => remediation.take(step, at + step.after) })),
	];
}

function ignoredMoment({ event, repository, payload }: DemoIgnored, at: number, hub: DemoHub): Moment {
	const happening = { repository, at, by: "lena-k" };
	const id = deliveryId(`${event} ${repository} ${JSON.stringify(payload)}`);
	return { at, happen: async () => void (await hub.deliver(payloads.other(event, payload, happening), id)) };
}

/** One failure with everything that follows from it. */
class Remediation {
	readonly failure: DemoFailure;
	readonly at: number;
	private readonly hub: DemoHub;
	private readonly github: DemoRepository;
	private id = "";
	private deliveries = 0;
	private runs = 0;
	/** What was pushed last, and by which login. */
	private head: { branch: string; sha: string; by: string };

	constructor(failure: DemoFailure, at: number, hub: DemoHub, github: GitHubStandIn) {
		this.failure = failure;
		this.at = at;
		this.hub = hub;
		this.github = github.repository(failure.repository);
		this.head = {
			branch: failure.branch,
			sha: commitOf(failure),
			by: failure.by,
		};
	}

	async begin(): Promise<void> {
		const { failure, at } = this;
		this.push(this.head.branch, this.head.sha, failure.by, failure.message);
		this.github.files.set(this.head.sha, this.files());
		if (failure.pull !== undefined) this.showPull(this.pull("open"), at);
		for (const delivery of await this.opening()) this.id = (await this.deliver(delivery)) ?? this.id;
		if (failure.relay_away !== undefined) return await this.waitForRelay(failure.relay_away);
		await this.hub.sweepAt(at + SETTLED_MS);
	}

	async take(step: DemoStep, at: number): Promise<void> {
		if (step.agent !== undefined) await this.endAgent(step, at);
		if (step.ci !== undefined) await this.runCi(step.ci, step.by ?? this.head.by, at);
		if (step.rerun !== undefined) await this.deliverRun({ ...this.run(step.rerun), attempt: 2 }, at, this.failure.by);
		if (step.merged !== undefined) await this.closePull(step, at);
		if (step.main !== undefined) await this.runMain(step.main, at);
		if (step.do !== undefined) await this.hub.act(this.id, step.do, step.to);
		if (step.comment !== undefined && this.failure.pull !== undefined) {
			const { number } = this.failure.pull;
			await this.deliver(payloads.issueComment(number, step.comment, this.happening(at, step.by ?? this.failure.by)));
		}
		if (step.resolved !== undefined) {
			await this.deliver(payloads.alert(this.failure, step.resolved, this.happening(at, this.failure.by)));
		}
		await this.hub.sweepAt(at + SETTLED_MS);
	}

	private async opening(): Promise<readonly DemoDelivery[]> {
		const { failure, at } = this;
		const happening = this.happening(at, failure.by);
		if (failure.run !== undefined) {
			const run = this.run("failure");
			await this.showRun(run, failure.run, happening);
			return [payloads.workflowJob(run, failure.run, happening), payloads.workflowRun(run, happening)];
		}
		if (failure.check !== undefined) return [payloads.checkRun(failure.check, failure, this.head.sha, happening)];
		if (failure.review !== undefined) {
			this.github.reviews.set(failure.pull?.number ?? 0, [
				{
					id: 1,
					state: "CHANGES_REQUESTED",
					body: failure.review.body,
					commit_id: this.head.sha,
					user: payloads.account(failure.review.by),
				},
			]);
			return [payloads.review(failure.review, this.pull("open"), { ...happening, by: failure.review.by })];
		}
		if (failure.command !== undefined)
			return [payloads.issueComment(failure.pull?.number ?? 0, failure.command, happening)];
		return [payloads.alert(failure, "created", happening)];
	}

	/** The relay's clock is an hour behind meanwhile, so it refuses what the worker signs. */
	private async waitForRelay(duration: number): Promise<void> {
		for (let passed = 10 * MINUTE_MS; passed < duration; passed = Math.min(duration, passed * 2)) {
			await this.hub.sweepAt(this.at + passed, HOUR_MS);
		}
		await this.hub.sweepAt(this.at + duration, HOUR_MS);
		await this.hub.sweepAt(this.at + duration);
	}

	private async endAgent({ agent, pull, says }: DemoStep, at: number): Promise<void> {
		const incident = await this.until(({ status }) => status === "running", "runs");
		const attempt = incident.attempts.at(-1);
		if (attempt?.coderun_name == null) throw new Error(`the demo's ${this.what()} has no CodeRun`);
		const by = `acme-${attempt.agent}[bot]`;
		const branch = await this.hub.branchOf(attempt.coderun_name);
		if (agent === "Succeeded") {
			this.head = { branch, sha: payloads.shaOf(`${attempt.coderun_name} fix`), by };
			this.push(branch, this.head.sha, by, says ?? "Fix the failure");
		}
		if (pull !== undefined) {
			this.showPull(
				{ number: pull, title: says ?? "Fix the failure", branch, sha: this.head.sha, author: by, state: "open" },
				at,
			);
		}
		await this.hub.endCodeRun(attempt.coderun_name, {
			phase: agent ?? "Succeeded",
			pullRequestUrl: pull === undefined ? undefined : `${this.github.url}/pull/${pull}`,
			message: says,
		});
		await this.until(({ status, attempt: newest }) => status !== "running" || newest !== incident.attempt, "is done");
	}

	private async runCi(conclusion: string, by: string, at: number): Promise<void> {
		if (by !== this.head.by) {
			this.head = { ...this.head, by, sha: payloads.shaOf(`${this.what()} ${by}`) };
			this.push(this.head.branch, this.head.sha, by, "Fix it by hand");
		}
		this.runs++;
		const run = this.run(conclusion);
		await this.deliverRun({ ...run, id: run.id + this.runs, branch: this.head.branch, sha: this.head.sha }, at, by);
	}

	private async deliverRun(run: RunFacts, at: number, by: string): Promise<void> {
		const happening = this.happening(at, by);
		if (this.failure.run !== undefined) await this.showRun(run, this.failure.run, happening);
		await this.deliver(payloads.workflowRun(run, happening));
	}

	private async runMain(conclusion: string, at: number): Promise<void> {
		const sha = payloads.shaOf(`${this.what()} merged`);
		this.push("main", sha, this.failure.by, "Merge the fix");
		this.runs++;
		const run = this.run(conclusion);
		await this.deliverRun({ ...run, id: run.id + 50 + this.runs, branch: "main", sha }, at, this.failure.by);
	}

	private async closePull({ merged, pull }: DemoStep, at: number): Promise<void> {
		const shown = this.github.pulls.get(pull ?? this.failure.pull?.number ?? 0);
		if (shown === undefined) throw new Error(`the demo's ${this.what()} has no pull request ${pull}`);
		const { number, title, head } = shown as { number: number; title: string; head: { ref: string; sha: string } };
		const facts = { number, title, branch: head.ref, sha: head.sha, author: this.head.by };
		const closed: PullFacts = { ...facts, state: merged ? "merged" : "closed" };
		this.showPull(closed, at);
		await this.deliver(payloads.pullRequest("closed", closed, this.happening(at, this.failure.by)));
	}

	private run(conclusion: string): RunFacts {
		const { failure, head } = this;
		if (failure.run === undefined) {
			const id = payloads.numberOf(this.what());
			return {
				id,
				attempt: 1,
				workflow: "CI",
				branch: head.branch,
				sha: head.sha,
				conclusion,
				message: failure.message,
			};
		}
		const { id, workflow } = failure.run;
		const facts = { id, workflow, attempt: 1, conclusion, message: failure.message, pull: failure.pull?.number };
		return {
			...facts,
			branch: failure.branch,
			sha: commitOf(failure),
		};
	}

	private async showRun(run: RunFacts, job: NonNullable<DemoFailure["run"]>, happening: Happening): Promise<void> {
		const shown = payloads.jobOf(run, job, happening);
		this.github.runs.set(run.id, payloads.runOf(run, happening));
		this.github.jobs.set(run.id, [shown]);
		if (run.conclusion === "failure") this.github.logs.set(Number(shown.id), await logOf(job.log, happening.at));
	}

	private push(branch: string, sha: string, by: string, message: string): void {
		const commit = { message, author: { name: by, date: payloads.timeOf(this.at) } };
		const { branches, commits } = this.github;
		const parent = branches.get(branch) ?? branches.get("main") ?? payloads.shaOf("the first commit");
		branches.set(branch, sha);
		const known = commits.get(sha)?.parents ?? [{ sha: parent }];
		commits.set(sha, { sha, commit, author: payloads.account(by), parents: known, files: this.files() });
	}

	private pull(state: PullFacts["state"]): PullFacts {
		const { number = 0, title = "", by = this.failure.by } = this.failure.pull ?? {};
		return { number, title, author: by, branch: this.failure.branch, sha: this.head.sha, state };
	}

	private showPull(pull: PullFacts, at: number): void {
		this.github.pulls.set(pull.number, payloads.pullOf(pull, { repository: this.failure.repository, at }));
		this.github.files.set(pull.number, this.files());
	}

	private files() {
		return this.failure.files.map((filename) => ({ filename, status: "modified", additions: 12, deletions: 4 }));
	}

	private happening(at: number, by: string): Happening {
		return { repository: this.failure.repository, at, by };
	}

	private async deliver(delivery: DemoDelivery): Promise<string | undefined> {
		return await this.hub.deliver(delivery, deliveryId(`${this.what()} ${this.deliveries++}`));
	}

	private async until(isSo: (incident: IncidentDetail) => boolean, what: string): Promise<IncidentDetail> {
		for (let polls = 0; polls < MOST_POLLS; polls++) {
			const incident = await this.hub.incident(this.id);
			if (isSo(incident)) return incident;
			await sleep(POLL_MS);
		}
		const { status, reason } = await this.hub.incident(this.id);
		throw new Error(`the demo waited until ${this.what()} ${what}, but it is ${status}: ${reason}`);
	}

	private what(): string {
		const { repository, branch, run, ago } = this.failure;
		return `${repository} ${branch} ${run?.id ?? ""} ${ago}`;
	}
}

/** As GitHub stores it: each line with its time. */
async function logOf(sample: string, at: number): Promise<string> {
	const lines = (await readFile(path.join(SAMPLES, `${sample}.log`), "utf8")).trimEnd().split("\n");
	const start = at - lines.length * 100;
	return lines.map((line, n) => `${new Date(start + n * 100).toISOString().replace("Z", "0000Z")} ${line}\n`).join("");
}

/** What failed: two workflows that fail on one branch fail on one commit. */
function commitOf({ repository, branch, message }: DemoFailure): string {
	return payloads.shaOf(`${repository} ${branch} ${message}`);
}

/** A GUID that is always the same for a name. */
function deliveryId(name: string): string {
	const hex = createHash("sha256").update(name).digest("hex");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-11f0-8${hex.slice(13, 16)}-${hex.slice(16, 28)}`;
}
