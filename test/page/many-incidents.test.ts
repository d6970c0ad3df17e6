import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workflowJob } from "../hub/failing-run.ts";
import { deliver, type Home, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { openBrowser } from "./open-browser.ts";
import { copyIncidents, withJournal } from "./seed-journal.ts";

const STATUSES = [
	"fixed",
	"fixed",
	"fixed",
	"superseded",
	"failed",
	"escalated",
	"cancelled",
	"dead",
	"fixed",
	"fixed",
];
const AGENTS = ["rex", "blaze", "bolt", "cipher", "atlas"];

let home: Home;
let hub: HubProcess;
let browser: Browser;
let model: string;
let filled = 0;

beforeAll(async () => {
	home = await makeHome();
	hub = await startReadyHub(home);
	const { body } = await deliver(home, "workflow_job", workflowJob({ runId: 1, branch: "main" }));
	model = body.incident_id ?? "";
	browser = await openBrowser();
});

afterAll(async () => {
	await browser?.close();
	hub.signalGroup("SIGKILL");
	await hub.ended();
});

describe("the first view", () => {
	it("shows the newest 50 of 10,000 incidents, and reports its time beside that of 100", async () => {
		await fillTo(100);
		const few = await firstViews(100);
		await fillTo(10_000);
		const many = await firstViews(10_000);
		const rounded = (times: readonly number[]) => times.map(Math.round).join(", ");
		process.stdout.write(`first view: ${rounded(many)} ms with 10,000 incidents, ${rounded(few)} ms with 100\n`);
		// How little of the journal it reads is asserted in `test/worker/api/page-api.test.ts`, by its query plans.
		expect(many).toHaveLength(3);
	});
});

/** Fills the journal with copies of the one real incident while the hub is stopped. */
async function fillTo(incidents: number): Promise<void> {
	hub.signalGroup("SIGTERM");
	await hub.ended();
	withJournal(home, (journal) => {
		copyIncidents(
			journal,
			model,
			Array.from({ length: incidents - filled }, (_, n) => ({
				id: (filled + n).toString(16).padStart(32, "0"),
				status: STATUSES[n % 10] ?? "fixed",
				agent: AGENTS[n % 5] ?? "rex",
				failure_type: `type_${n % 40}`,
				repository: `5dlabs/repository-${n % 60}`,
				created_at: Date.now() - (10_000 - n) * 60_000,
				updated_at: Date.now() - (10_000 - n) * 59_000,
			})),
		);
	});
	filled = incidents;
	hub = await startReadyHub(home);
}

/** Milliseconds from the start of each load until the whole view is shown. */
async function firstViews(incidents: number): Promise<readonly number[]> {
	const took: number[] = [];
	for (let load = 1; load <= 3; load++) {
		const context = await browser.newContext();
		const page = await context.newPage();
		await page.goto(home.url);
		await page.getByText(String(incidents + 1), { exact: true }).waitFor();
		await page.locator("table.incidents tbody tr").nth(49).waitFor();
		await page.getByRole("region", { name: "Needs a person" }).getByRole("listitem").nth(4).waitFor();
		took.push(Number(await page.evaluate("performance.now()")));
		await context.close();
	}
	return took;
}
