import { describe, expect, it } from "vitest";
import { stateSentences } from "../../page/hub/state-sentences.ts";
import type { HubStatus } from "../../worker/api/shapes.ts";

const QUIET: HubStatus = {
	github_url: "https://github.com",
	pipeline: "0123456789abcdef",
	paused: null,
	paused_repositories: [],
	paused_agents: [],
	not_starting: null,
	pipelines: [],
	incidents: {
		...{
			accepted: 0,
			waiting: 1,
			rerunning: 0,
			awaiting_approval: 0,
			observed: 0,
			running: 2,
			awaiting_ci: 0,
			awaiting_merge: 0,
			grouped: 0,
			fixed: 9,
		},
		...{ unverified: 0, failed: 0, escalated: 0, superseded: 0, cancelled: 0, dead: 0 },
	},
	ignored: {},
	refused_signatures: 0,
	delivery_queue: null,
	redelivery: { configured: false },
	notifications: [],
	changed_at: null,
	last_delivery_at: null,
	journal: { size_bytes: 6_999_000_000 },
};

describe("stateSentences", () => {
	it("says what goes on when nothing is wrong", () => {
		expect(stateSentences(QUIET)).toEqual([
			{ tone: "good", text: "Healer runs, and CodeRuns may start. 2 agents are at work, 1 incident waits." },
		]);
	});

	it("says that the journal is nearly full, from seven of ten gigabytes on", () => {
		expect(stateSentences({ ...QUIET, journal: { size_bytes: 7_000_000_000 } })[0]).toEqual({
			tone: "bad",
			text: "The journal has 7.0 GB of the 10 GB that D1 allows. Keep less: settings.retention in pipeline.yaml.",
		});
	});

	it("says first what is wrong, and never that CodeRuns may start while they may not", () => {
		const sentences = stateSentences({
			...QUIET,
			paused: { by: "command", reason: null, since: null, until: null },
			incidents: { ...QUIET.incidents, dead: 1, escalated: 2 },
			refused_signatures: 1,
			delivery_queue: { waiting: 3, oldest_at: null },
		});
		expect(sentences.map(({ text }) => text)).toEqual([
			"Healer is paused: incidents wait, and no agent starts.",
			"3 deliveries wait for the journal; nothing is lost.",
			"1 request was refused for a wrong signature. If they are GitHub's, the App's webhook secret is not the worker's.",
			"3 incidents need a person.",
			"2 agents are at work, 1 incident waits.",
		]);
	});

	it("names the repository that is paused, and counts several", () => {
		const paused = (repository: string) => ({
			by: "command" as const,
			repository,
			reason: null,
			since: "2026-11-30T08:00:00.000Z",
			until: null,
		});
		const first = (...names: string[]) => stateSentences({ ...QUIET, paused_repositories: names.map(paused) })[0]?.text;
		expect(first("acme/shop")).toBe("acme/shop is paused: its incidents wait, and no agent starts.");
		expect(first("acme/api", "acme/shop")).toBe(
			"2 repositories are paused: their incidents wait, and no agent starts.",
		);
	});
});
