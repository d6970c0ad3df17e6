import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { IncidentDetail } from "../../../worker/api/shapes.ts";
import { checkExpected } from "./check-expected.ts";
import { type Payload, type Place, payloadOf } from "./payloads.ts";
import { GitHubOfStory } from "./show-on-github.ts";
import type { StoryClock } from "./story-clock.ts";
import { type DeliverStep, type Expected, type Step, type Story, slugOf } from "./story-file.ts";
import type { CodeRunFile, StoryAnswer, StoryHub } from "./story-hub.ts";
import type { StoryHubs } from "./story-hubs.ts";
import type { Variant } from "./variants.ts";

/** How long an expectation may take; far longer than it does. */
const WITHIN_MS = 90_000;
const POLL_MS = 400;
/** A story's waits are shorter than this, so whatever is due later is no longer its business. */
const SOON_MS = 4_000;
const QUIET_MS = 1_500;

/** Runs one story in a repository of its own. Throws with what was seen, the timeline and the hub's log. */
export async function runStory(story: Story, variant: Variant, hubs: StoryHubs): Promise<void> {
	await hubs.clock.runBeside(async () => {
		await new StoryRun(story, variant, await hubs.of(story.policy), hubs.clock).run();
	});
}

class StoryRun {
	private readonly story: Story;
	private readonly variant: Variant;
	private readonly hub: StoryHub;
	private readonly clock: StoryClock;
	private readonly place: Place;
	/** All names of the story's repository. */
	private readonly repositories: readonly string[];
	private readonly github: GitHubOfStory;
	private readonly sent: { readonly payload: Payload; readonly id: string }[] = [];
	private last: Expected | undefined;

	constructor(story: Story, variant: Variant, hub: StoryHub, clock: StoryClock) {
		this.clock = clock;
		this.variant = variant;
		this.hub = hub;
		const repository = `5dlabs/story-${slugOf(story.story)}-${variant.name.replace(" ", "-")}`;
		const repositoryId = createHash("sha256").update(repository).digest().readUIntBE(0, 5);
		this.place = { repository, repositoryId };
		this.story = named(story, { repository, repository_id: String(repositoryId), api: hub.github.url });
		this.repositories = [repository, ...this.story.also];
		for (const one of this.story.also) hub.github.repository(one);
		this.github = new GitHubOfStory(hub.github.repository(repository), hub.logs, this.place);
		this.github.show(this.story.github, Date.now());
	}

	async run(): Promise<void> {
		for (const [at, step] of this.story.steps.entries()) {
			try {
				await this.take(step);
			} catch (error) {
				const what = `step ${at + 1} of ${this.story.steps.length}, ${JSON.stringify(step).slice(0, 500)}`;
				throw new Error(await this.describe(`${what}\n\n${error instanceof Error ? error.message : error}`));
			}
		}
		try {
			await this.holdToTheEnd();
		} catch (error) {
			throw new Error(await this.describe(`after its end\n\n${error instanceof Error ? error.message : error}`));
		}
	}

	private async take(step: Step): Promise<void> {
		if ("deliver" in step) return await this.deliver(step);
		if ("in any order" in step) return await this.deliverInAnyOrder(step["in any order"]);
		if ("github" in step) return this.github.show(step.github, Date.now());
		if ("coderun" in step) return await this.endCodeRun(step.coderun);
		if ("later" in step) return await this.pass(step.later);
		if ("action" in step) return await this.act(step);
		if ("expect" in step) return await this.expect(step.expect);
		await this.settle();
		await this.check(step.stays);
	}

	private async deliver(step: DeliverStep): Promise<void> {
		const now = Date.now();
		this.github.learnFrom(step.deliver, now);
		const answer = await this.send(step, now);
		const { status, http, reason } = (step.answer ?? {}) as { status?: string; http?: number; reason?: string };
		const isSame =
			(status === undefined || answer.body.status === status) &&
			(http === undefined || answer.http === http) &&
			(reason === undefined || String(answer.body.reason).includes(reason));
		if (!isSame) throw new Error(`the answer was ${answer.http} ${JSON.stringify(answer.body)}`);
		if (answer.http >= 500) throw new Error(`the delivery failed: ${answer.http} ${JSON.stringify(answer.body)}`);
	}

	/** What GitHub's API shows does not depend on the order in which it delivers. */
	private async deliverInAnyOrder(steps: readonly Omit<DeliverStep, "answer">[]): Promise<void> {
		const now = Date.now();
		for (const step of steps) this.github.learnFrom(step.deliver, now);
		for (const step of this.variant.order(steps)) await this.send(step, now);
	}

	/** Doubled: at once again with the same id, and with another, as a second webhook does. Returns the first answer. */
	private async send({ deliver, via }: Omit<DeliverStep, "answer">, now: number): Promise<StoryAnswer> {
		const payload = payloadOf(deliver, now, this.place);
		const ids = this.variant.isDoubled ? [randomUUID()].flatMap((id) => [id, id, randomUUID()]) : [randomUUID()];
		const answers: StoryAnswer[] = [];
		for (const id of ids) answers.push(await this.sendOnce(payload, id, via));
		const [first] = answers;
		if (first === undefined) throw new Error("nothing was delivered");
		if (via === "github" && !payload.isInternal) this.sent.push({ payload, id: ids[0] ?? "" });
		return first;
	}

	private async sendOnce(payload: Payload, id: string, via: DeliverStep["via"]): Promise<StoryAnswer> {
		if (payload.isInternal) return await this.hub.sense(`/api/events/${payload.event}`, payload.payload);
		if (via === "github") return await this.hub.deliver(payload, id);
		const route = payload.event.endsWith("_alert") ? "security-alert" : "ci-failure";
		const { action: _, ...forwarded } = payload.payload;
		const body = via === "sensor as text" ? JSON.stringify(forwarded) : forwarded;
		return await this.hub.sense(`/api/remediate/${route}`, { body });
	}

	private async endCodeRun(end: Extract<Step, { coderun: unknown }>["coderun"]): Promise<void> {
		const url = `https://github.com/${this.place.repository}/pull/${end.pull_request}`;
		let found: CodeRunFile | undefined;
		await this.until(async () => {
			const incident = this.pick(await this.incidents(), end.incident);
			const attempts = typeof incident === "string" ? [] : incident.attempts;
			const wanted = attempts.findLast(({ attempt }) => end.attempt === undefined || attempt === end.attempt);
			const files = await this.hub.codeRuns(this.repositories);
			found = files.find(({ metadata }) => metadata.name === wanted?.coderun_name);
			return found === undefined ? ["there is no such CodeRun"] : [];
		});
		if (found === undefined) throw new Error("there is no such CodeRun");
		const { metadata, spec } = found as CodeRunFile;
		if (end.pull_request !== undefined) {
			const branch = spec.env.HEALER_FIX_BRANCH || spec.env.TARGET_BRANCH;
			this.github.learnFix(end.pull_request, branch ?? "main", `${spec.githubApp}[bot]`);
		}
		await this.hub.endCodeRun(metadata.name, {
			phase: end.ends,
			...(end.pull_request !== undefined && { pullRequestUrl: url }),
			...(end.message !== undefined && { message: end.message }),
			...end.with,
		});
	}

	/** Only once nothing is due any more: time does not pass over work that is not done. */
	private async pass(duration: string): Promise<void> {
		await this.settle();
		await this.clock.pass(durationMs(duration));
	}

	private async act({ action, agent, incident: selector, answer }: Extract<Step, { action: unknown }>): Promise<void> {
		const incident = this.pick(await this.incidents(), selector);
		if (typeof incident === "string") throw new Error(incident);
		const { http, body } = await this.hub.act(incident.id, action, agent);
		if (http !== answer) throw new Error(`${action} was answered ${http} ${JSON.stringify(body)}`);
	}

	private async expect(expected: Expected): Promise<void> {
		this.last = expected;
		await this.until(async () => await this.seen(expected));
	}

	private async check(expected: Expected): Promise<void> {
		this.last = expected;
		const problems = await this.seen(expected);
		if (problems.length > 0) throw new Error(problems.join("\n"));
	}

	private async seen(expected: Expected): Promise<readonly string[]> {
		const incidents = await this.incidents();
		const { repository } = this.place;
		return await checkExpected(expected, {
			incidents,
			pick: () => this.pick(incidents, expected.incident),
			codeRuns: await this.hub.codeRuns(this.repositories),
			github: this.hub.github.repository(repository),
			requests: this.requests().map(({ line }) => line),
			insights: () => this.hub.insights(repository),
		});
	}

	/** The end is an end: it holds once nothing is due, and when GitHub delivers everything once more. */
	private async holdToTheEnd(): Promise<void> {
		await this.settle();
		if (this.last !== undefined) await this.check(this.last);
		if (this.variant.isDoubled && this.last !== undefined) {
			for (const { payload, id } of this.sent.toReversed()) await this.hub.deliver(payload, id);
			await this.settle();
			await this.check(this.last);
		}
		const problems = this.hub.github.violations.filter((line) => line.includes(this.place.repository));
		if (problems.length > 0) throw new Error(`GitHub's description does not allow:\n${problems.join("\n")}`);
	}

	/** Waits until nothing of the repository is due soon, and nothing has changed for a while. */
	private async settle(): Promise<void> {
		let before = "";
		let quietSince = performance.now();
		await this.until(async () => {
			const incidents = await this.incidents();
			const now = JSON.stringify([incidents, this.requests().length]);
			if (now !== before) quietSince = performance.now();
			before = now;
			const due = incidents.filter(
				({ next_try_at }) => next_try_at !== null && Date.parse(next_try_at) < Date.now() + SOON_MS,
			);
			const isQuiet = due.length === 0 && performance.now() - quietSince >= QUIET_MS;
			return isQuiet ? [] : ["something is still due, or changing"];
		});
	}

	private async until(problemsNow: () => Promise<readonly string[]>): Promise<void> {
		const deadline = performance.now() + WITHIN_MS;
		for (;;) {
			const problems = await problemsNow();
			if (problems.length === 0) return;
			if (performance.now() > deadline) throw new Error(problems.join("\n"));
			await sleep(POLL_MS);
		}
	}

	private async incidents(): Promise<readonly IncidentDetail[]> {
		return await this.hub.incidents(this.repositories);
	}

	/** The one that is meant, or why there is none. */
	private pick(incidents: readonly IncidentDetail[], selector: Expected["incident"]): IncidentDetail | string {
		const wanted = Object.entries(selector ?? {});
		const found = incidents.filter((one) =>
			wanted.every(([key, value]) => String((one as unknown as Record<string, unknown>)[key]) === String(value)),
		);
		const [incident, ...others] = found;
		if (incident !== undefined && others.length === 0) return incident;
		return `${found.length} of ${incidents.length} incidents are ${JSON.stringify(selector ?? "there")}`;
	}

	private requests() {
		return this.hub.github.requests.filter(({ line }) => line.includes(`/repos/${this.place.repository}`));
	}

	private async describe(problem: string): Promise<string> {
		const { repository } = this.place;
		const incidents = await this.incidents();
		const shown = incidents.map((one) => {
			const steps = one.timeline.map(
				({ attempt, event, from, to, reason }) =>
					`    ${attempt} ${event}: ${from} -> ${to ?? "(refused)"} ${reason ?? ""}`,
			);
			const title = `${one.id} ${one.status} attempt ${one.attempt}, ${one.event} on ${one.branch}, due ${one.next_try_at ?? "never"}: ${one.reason ?? ""}`;
			const context = Object.entries(one.context ?? {}).map(
				([part, { status, why }]) => `${part} ${status} ${why ?? ""}`,
			);
			return [`  ${title}`, ...steps, `    context: ${context.join("; ")}`].join("\n");
		});
		const failed = this.requests().filter(({ status }) => status >= 400);
		const log = await this.hub.logLines([
			repository,
			...incidents.map(({ id }) => id),
			...this.sent.map(({ id }) => id),
		]);
		const violations = this.hub.github.violations.filter((line) => line.includes(repository));
		return [
			`${this.story.story} (${this.variant.name}, ${repository})`,
			problem,
			`\nincidents:\n${shown.join("\n")}`,
			`\nGitHub answered 4xx or 5xx to:\n${failed.map(({ line, status }) => `  ${status} ${line}`).join("\n")}`,
			...(violations.length > 0 ? [`\nGitHub's description does not allow:\n${violations.join("\n")}`] : []),
			`\nthe hub's log:\n${log
				.slice(-25)
				.map((line) => `  ${line.slice(0, 600)}`)
				.join("\n")}`,
		].join("\n");
	}
}

/** The story with the names that differ from variant to variant in place of `{repository}` and the like. */
function named(story: Story, names: Readonly<Record<string, string>>): Story {
	const text = JSON.stringify(story).replaceAll(
		/\{(repository|repository_id|api)\}/g,
		(_, name: string) => names[name] ?? "",
	);
	return JSON.parse(text) as Story;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m`, as in pipeline.yaml. */
function durationMs(text: string): number {
	return Number.parseInt(text, 10) * (UNITS[text.slice(-1)] ?? Number.NaN);
}
