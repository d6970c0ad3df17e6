import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TitledIncident } from "../../worker/api/shapes.ts";
import { DEMO_NOW, DEMO_WITHIN_MS, type DemoProcess, startDemo } from "../hub/demo-process.ts";
import { ROOT } from "../hub/hub-process.ts";
import { beAdministrator } from "./administrator.ts";
import { openBrowser } from "./open-browser.ts";

/* The pictures of the docs, from the demo's data. `npm run screenshots` writes them into docs/images; here they only have to be possible. */
const FOLDER = process.env.HEALER_SCREENSHOTS
	? path.join(ROOT, process.env.HEALER_SCREENSHOTS)
	: mkdtempSync(path.join(tmpdir(), "healer-screenshots-"));
/** The race that nobody could fix: three attempts, and a person. */
const ESCALATED_RUN = "19584233018";
/** A chart whose agent a person has to approve. */
const HELD_RUN = "19584561744";
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Every view in light on a desk, and in dark on a phone; the two that the docs begin with also in dark on a desk. */
const VIEWS = [
	{ name: "page", view: "/", shows: "acme/shop" },
	{ name: "incident", view: "incident", shows: "Needs a decision about the importer's interface" },
	{ name: "approval", view: "approval", shows: "Approve" },
	{ name: "observed", view: "/observed", shows: "python_test" },
	{ name: "flakes", view: "/flakes", shows: "frontend_test" },
	{ name: "ignored", view: "/ignored", shows: "the pipeline has no entry for the event star" },
	{ name: "insights", view: "/insights", shows: "By agent" },
	{ name: "audit", view: "/audit", shows: "retry" },
	{ name: "hub", view: "/hub", shows: "oncall" },
	{ name: "playground", view: "/playground", shows: "Try an edited pipeline" },
] as const;
const SHOTS = VIEWS.flatMap((view) => [
	{ ...view, name: `${view.name}-light`, colorScheme: "light", viewport: DESK } as const,
	{ ...view, name: `${view.name}-phone`, colorScheme: "dark", viewport: PHONE } as const,
	...(view.name === "page" || view.name === "incident"
		? [{ ...view, name: `${view.name}-dark`, colorScheme: "dark", viewport: DESK } as const]
		: []),
]);

let demo: DemoProcess;
let browser: Browser;
/** Where the views of single incidents are. */
let incidents: Readonly<Record<string, string>>;

beforeAll(async () => {
	mkdirSync(FOLDER, { recursive: true });
	[demo, browser] = [await startDemo(), await openBrowser()];
	const answer = await fetch(`${demo.url}/api/incidents?limit=200&with=title`);
	const { incidents: listed } = (await answer.json()) as { readonly incidents: readonly TitledIncident[] };
	const pathOf = (run: string) => `/incidents/${listed.find(({ run_id }) => run_id === run)?.id}`;
	incidents = { incident: pathOf(ESCALATED_RUN), approval: pathOf(HELD_RUN) };
}, DEMO_WITHIN_MS + 60_000);
afterAll(async () => {
	await browser?.close();
	demo?.child.kill("SIGKILL");
});

it.each(SHOTS)("$name", async ({ name, view, shows, colorScheme, viewport }) => {
	const page = await browser.newPage({ colorScheme, viewport, reducedMotion: "reduce", timezoneId: "UTC" });
	// Only who may administer sees the audit trail.
	if (view === "/audit") await beAdministrator(page, path.join(demo.folder, "state"));
	// The hub believes that it is this time, so the page has to.
	await page.clock.setFixedTime(DEMO_NOW);
	await page.goto(demo.url + (incidents[view] ?? view));
	await page.getByText(shows).first().waitFor();
	await expect.poll(() => page.getByText("Loading…").count(), { timeout: 30_000 }).toBe(0);
	const png = await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
	// An empty page of this size is smaller.
	expect(png.byteLength).toBeGreaterThan(15_000);
	await page.close();
});
