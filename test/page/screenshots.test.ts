import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TitledIncident } from "../../worker/api/shapes.ts";
import { DEMO_NOW, DEMO_WITHIN_MS, type DemoProcess, startDemo } from "../hub/demo-process.ts";
import { ROOT } from "../hub/hub-process.ts";
import { openBrowser } from "./open-browser.ts";

/* The pictures of the docs, from the demo's data. `npm run screenshots` writes them into docs/images; here they only have to be possible. */
const FOLDER = process.env.HEALER_SCREENSHOTS
	? path.join(ROOT, process.env.HEALER_SCREENSHOTS)
	: mkdtempSync(path.join(tmpdir(), "healer-screenshots-"));
/** The race that nobody could fix: three attempts, and a person. */
const ESCALATED_RUN = "19584233018";
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const SHOTS = [
	{ name: "page-light", view: "/", colorScheme: "light", viewport: DESK },
	{ name: "page-dark", view: "/", colorScheme: "dark", viewport: DESK },
	{ name: "page-phone", view: "/", colorScheme: "light", viewport: PHONE },
	{ name: "incident-light", view: "incident", colorScheme: "light", viewport: DESK },
	{ name: "incident-dark", view: "incident", colorScheme: "dark", viewport: DESK },
	{ name: "incident-phone", view: "incident", colorScheme: "light", viewport: PHONE },
	{ name: "insights-light", view: "/insights", colorScheme: "light", viewport: DESK },
	{ name: "hub-light", view: "/hub", colorScheme: "light", viewport: DESK },
	{ name: "playground-light", view: "/playground", colorScheme: "light", viewport: DESK },
] as const;

let demo: DemoProcess;
let browser: Browser;
let incident: string;

beforeAll(async () => {
	mkdirSync(FOLDER, { recursive: true });
	[demo, browser] = [await startDemo(), await openBrowser()];
	const answer = await fetch(`${demo.url}/api/incidents?limit=200&with=title`);
	const { incidents } = (await answer.json()) as { readonly incidents: readonly TitledIncident[] };
	incident = `/incidents/${incidents.find(({ run_id }) => run_id === ESCALATED_RUN)?.id}`;
}, DEMO_WITHIN_MS + 60_000);
afterAll(async () => {
	await browser?.close();
	demo?.child.kill("SIGKILL");
});

it.each(SHOTS)("$name", async ({ name, view, colorScheme, viewport }) => {
	const page = await browser.newPage({ colorScheme, viewport, reducedMotion: "reduce", timezoneId: "UTC" });
	// The hub believes that it is this time, so the page has to.
	await page.clock.setFixedTime(DEMO_NOW);
	await page.goto(demo.url + (view === "incident" ? incident : view));
	await page.getByRole("heading").first().waitFor();
	if (view === "incident") await page.getByText("Needs a decision about the importer's interface").first().waitFor();
	if (view === "/") await page.getByText("acme/shop").first().waitFor();
	await expect.poll(() => page.getByText("Loading…").count(), { timeout: 30_000 }).toBe(0);
	const png = await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
	// An empty page of this size is smaller.
	expect(png.byteLength).toBeGreaterThan(15_000);
	await page.close();
});
