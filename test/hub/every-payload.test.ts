import githubExamples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import ghes31 from "@octokit/webhooks-examples/ghes-31/index.json" with { type: "json" };
import ghes32 from "@octokit/webhooks-examples/ghes-32/index.json" with { type: "json" };
import ghes33 from "@octokit/webhooks-examples/ghes-33/index.json" with { type: "json" };
import ghes34 from "@octokit/webhooks-examples/ghes-34/index.json" with { type: "json" };
import ghes35 from "@octokit/webhooks-examples/ghes-35/index.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

type Payload = Readonly<Record<string, unknown>>;
interface Example {
	readonly event: string;
	readonly payload: Payload;
}

/** Every recorded payload of github.com and of each Enterprise Server, by origin. */
const RECORDED: Readonly<Record<string, readonly Example[]>> = Object.fromEntries(
	Object.entries({ github: githubExamples, ghes31, ghes32, ghes33, ghes34, ghes35 }).map(([from, events]) => [
		from,
		events.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload: payload as Payload }))),
	]),
);
const ALL = Object.values(RECORDED).flat();

describe("every recorded payload of GitHub", () => {
	let home: Home;
	let hub: HubProcess;

	beforeAll(async () => {
		home = await makeHome();
		hub = await startReadyHub(home);
	});
	afterAll(async () => {
		hub.signalGroup("SIGKILL");
		await hub.ended();
	});

	it.each(Object.entries(RECORDED))(
		"of %s is answered with 202 ignored: none is of an allowed repository",
		async (_, examples) => {
			const answers: string[] = [];
			for (const { event, payload } of examples) {
				const { status, body } = await deliver(home, event, payload);
				answers.push(`${event} ${status} ${body.status}`);
			}
			expect(answers.length).toBeGreaterThan(45);
			expect(answers.filter((answer) => !answer.endsWith(" 202 ignored"))).toEqual([]);
			expect(codeRuns(home)).toEqual([]);
			expect(await getJson(home, "/api/incidents")).toMatchObject({ incidents: [] });
		},
	);

	it("gets a status below 500 even when half of it is missing", async () => {
		const bad: string[] = [];
		for (const { event, payload } of firstOfEach(ALL)) {
			const half = Object.fromEntries(Object.entries(payload).filter((_, index) => index % 2 === 0));
			const { status } = await deliver(home, event, half);
			if (status >= 500) bad.push(`${event} ${status}`);
		}
		expect(bad).toEqual([]);
	});

	it("of an allowed repository is an incident exactly where the table of events says so", async () => {
		const taken = new Set<string>();
		for (const { event, payload } of ALL) {
			const { repository } = payload;
			if (typeof repository !== "object" || repository === null) continue;
			const allowed = { ...payload, repository: { ...repository, full_name: "5dlabs/cto" } };
			const { status, body } = await deliver(home, event, allowed);
			expect([event, status]).toEqual([event, 202]);
			const isIncident = body.status !== "ignored" && body.status !== "recorded";
			if (isIncident) taken.add([event, payload.action].filter(Boolean).join(" "));
		}
		expect([...taken].toSorted()).toEqual([
			"check_run completed",
			"code_scanning_alert created",
			"code_scanning_alert reopened",
			"dependabot_alert created",
			"repository_vulnerability_alert create",
			"secret_scanning_alert reopened",
			"workflow_job completed",
		]);
	});
});

function firstOfEach(examples: readonly Example[]): readonly Example[] {
	return [...new Map(examples.map((example) => [example.event, example])).values()];
}
