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

beforeAll(async () => {
	home = await makeHome();
	hub = await startReadyHub(home);
	const { body } = await deliver(home, "workflow_job", workflowJob({ runId: 1, branch: "main" }));
	hub.signalGroup("SIGTERM");
	await hub.ended();
	withJournal(home, (journal) =>
		copyIncidents(
			journal,
			body.incident_id ?? "",
			Array.from({ length: 10_000 }, (_, n) => ({
				id: n.toString(16).padStart(32, "0"),
				status: STATUSES[n % 10] ?? "fixed",
				agent: AGENTS[n % 5] ?? "rex",
				failure_type: `type_${n % 40}`,
				repository: `5dlabs/repository-${n % 60}`,
				created_at: Date.now() - (10_000 - n) * 60_000,
				updated_at: Date.now() - (10_000 - n) * 59_000,
			})),
		),
	);
	hub = await startReadyHub(home);
	browser = await openBrowser();
});

afterAll(async () => {
	await browser?.close();
	hub.signalGroup("SIGKILL");
	await hub.ended();
});

describe("the first view", () => {
	it("is there within a second with 10,000 incidents in the journal", async () => {
		const took: number[] = [];
		// A machine that is busy with something else may need longer: one load within the time shows that it can be.
		for (let load = 1; load <= 5 && !took.some((ms) => ms < 1_000); load++) {
			const context = await browser.newContext();
			const page = await context.newPage();
			await page.goto(home.url);
			await page.getByText("10001", { exact: true }).waitFor();
			await page.locator("table.incidents tbody tr").nth(49).waitFor();
			await page.getByRole("region", { name: "Needs a person" }).getByRole("listitem").nth(4).waitFor();
			// Since the browser began to load it.
			took.push(Number(await page.evaluate("performance.now()")));
			await context.close();
		}
		process.stdout.write(`first view with 10,000 incidents: ${took.map(Math.round).join(", ")} ms\n`);
		expect(Math.min(...took)).toBeLessThan(1_000);
	});
});
