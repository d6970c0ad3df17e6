import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_NOW, DEMO_WITHIN_MS, type DemoProcess, startDemo } from "../hub/demo-process.ts";
import { tableOf } from "../support/markdown.ts";
import { beAdministrator } from "./administrator.ts";
import { openBrowser } from "./open-browser.ts";

/** The page's column of docs/operating.md, on the demo: a view and at most one thing to do there. */
const QUESTIONS = tableOf("docs/operating.md", "| question | command line | API | page |");
/** A failure of clippy, of pull request 812. */
const CLIPPY = "/incidents/e936a37114e9e3ec163a1561277c4d1b";
/** A run of golangci-lint, of pull request 402: an agent works on it. */
const LINT_RUN = "19584564413";
/** A build of feat/channels that waits for nothing any more but its update: main is fixed. */
const MEMBER_RUN = "19584411177";

/** A chart whose agent a person has to approve. */
const HELD_RUN = "19584561744";

let demo: DemoProcess;
let browser: Browser;
/** Of the lint run: its incident, the delivery that opened it, its commit. */
const lint = { id: "", delivery_id: "", head_sha: "" };
/** The incident of the member's run. */
let member: string;
/** The incident that waits for an approval. */
let held: string;
/** The ignored star: its delivery. */
let star: string;

beforeAll(async () => {
	[demo, browser] = [await startDemo(), await openBrowser()];
	const found = (await json(`/api/incidents?text=${LINT_RUN}`)) as { incidents: { id: string }[] };
	lint.id = found.incidents[0]?.id ?? "";
	const shown = (await json(`/api/incidents/${lint.id}`)) as { incident: { delivery_id: string; head_sha: string } };
	lint.delivery_id = shown.incident.delivery_id;
	lint.head_sha = shown.incident.head_sha;
	const members = (await json(`/api/incidents?text=${MEMBER_RUN}`)) as { incidents: { id: string }[] };
	member = members.incidents[0]?.id ?? "";
	const holding = (await json(`/api/incidents?text=${HELD_RUN}`)) as { incidents: { id: string }[] };
	held = holding.incidents[0]?.id ?? "";
	const ignored = (await json("/api/ignored?event=star")) as { ignored: { delivery_id: string }[] };
	star = ignored.ignored[0]?.delivery_id ?? "";
}, DEMO_WITHIN_MS + 60_000);
afterAll(async () => {
	await browser?.close();
	demo?.child.kill("SIGKILL");
});

async function json(route: string): Promise<unknown> {
	return await (await fetch(demo.url + route)).json();
}

interface Answer {
	/** May depend on what `beforeAll` found. */
	readonly view: string | (() => string);
	readonly act?: (page: Page) => Promise<unknown>;
	/** What answers; by default the whole view. */
	readonly within?: (page: Page) => Locator;
	/** All of these are seen there. */
	readonly shows?: readonly (string | RegExp)[];
	/** The titles of the rows there, all of them in their order. */
	readonly rows?: readonly string[];
	/** The same of the choices there. */
	readonly choices?: readonly string[];
	/** Undoes it, for the questions that follow. */
	readonly undo?: (page: Page) => Promise<unknown>;
	readonly as?: "administrator";
}

const search = (text: () => string) => (page: Page) => page.getByLabel("Search").fill(text());
const region = (name: string) => (page: Page) => page.getByRole("region", { name, exact: true });
const found = (page: Page) => page.locator("table.incidents");
/** Presses a button that asks once more. */
const press = async (page: Page, name: string) => {
	await page.getByRole("button", { name, exact: true }).click();
	await page.getByRole("button", { name: `Really ${name}`, exact: true }).click();
};

/** One for each question, in the order of the table; those that change something come last. */
const ANSWERS: Readonly<Record<string, Answer>> = {
	"Is it healthy?": { view: "/hub", within: region("State"), shows: ["6 incidents need a person."] },
	"Why was delivery X ignored?": {
		view: "/ignored",
		act: search(() => star),
		within: (page) => page.locator("tbody"),
		rows: ["star"],
		shows: ["the pipeline has no entry for the event star"],
	},
	"What became of delivery X?": {
		view: "/",
		act: search(() => lint.delivery_id),
		within: found,
		rows: ["API CI lint"],
		shows: ["running", "gopher"],
	},
	"Why rex and not bolt?": {
		view: CLIPPY,
		act: (page) => page.getByText("All rules, stage by stage").click(),
		within: region("Why"),
		shows: [/^rex, because the failing step cargo clippy --workspace printed error: casting /, "workflow_job takes it"],
	},
	"What waits for what?": {
		view: "/",
		within: region("Waiting"),
		rows: ["Frontend CI browser", "low dependabot undici CVE-2021-23337", "Docs spelling"],
		shows: ["Waiting for #5cf21 for the same alerts", "Waiting for #125fb on the same branch"],
	},
	"Which failures share one cause?": {
		view: "/",
		act: (page) => page.getByRole("link", { name: "+2 with the same cause" }).first().click(),
		within: found,
		rows: ["Payments CI build", "Payments CI build"],
		shows: ["grouped", "feat/coupons"],
	},
	"Who leads, and why does this one wait?": {
		view: () => `/incidents/${member}`,
		shows: [
			/^go_build: place: main\.go: cannot use "a"/,
			"incident 42f5c8266a75",
			/^Its cause is fixed on main by #391: update its branch\./,
		],
	},
	"What is run again before an agent?": {
		view: "/",
		within: region("Waiting"),
		shows: ["Frontend CI browser", "rerunning"],
	},
	"What needs a person?": {
		view: "/",
		within: region("Needs a person"),
		rows: [
			...["Charts template", "Mail CI clippy", "Security Scan image", "Frontend CI lint", "API CI race"],
			"Infrastructure Plan validate",
		],
		shows: ["Needs a decision about the importer's interface", "Somebody has to decide about the generator"],
	},
	"Was anything lost last night?": { view: "/hub", within: region("Failed deliveries"), shows: [/ 0 lost, /] },
	"What happened last night?": {
		view: "/",
		act: (page) => page.getByRole("combobox", { name: "Opened" }).selectOption("last 12 hours"),
		within: found,
		rows: [
			...["acme-visual visual changes", "API CI lint", "Frontend CI browser", "low dependabot undici CVE-2021-23337"],
			...["moderate dependabot vite CVE-2021-23337", "Docs spelling", "Charts template", "gitops-sync sync"],
			...["Payments CI build", "Payments CI build", "Payments CI build", "Loyalty CI build"],
			...["Frontend CI e2e", "Mail CI clippy", "Security Scan image", "Forecast CI types"],
		],
	},
	"What happens right now?": {
		view: "/",
		within: region("Running"),
		rows: [
			...["acme-visual visual changes", "API CI lint", "moderate dependabot vite CVE-2021-23337", "gitops-sync sync"],
			...["Payments CI build", "Loyalty CI build"],
		],
	},
	"What is done about pull request 402?": {
		view: "/",
		act: search(() => "#402"),
		within: found,
		rows: ["API CI lint"],
		shows: ["feat/export", "running", "gopher"],
	},
	"What was done about this commit?": {
		view: "/",
		act: search(() => lint.head_sha),
		within: found,
		rows: ["API CI lint"],
		shows: ["running", "gopher"],
	},
	"Which filter ignores most?": {
		view: "/ignored",
		within: (page) => page.getByRole("combobox", { name: "Ignored by" }),
		choices: ["any", "No rule matched (3)", "own-agents (3)", "Unknown event (1)"],
	},
	"What is flaky, and who pays for it?": {
		view: "/flakes",
		within: (page) => page.getByRole("row").filter({ hasText: "Frontend CI" }),
		shows: ["ines-m", "sam-oduya"],
	},
	"Which rule is wrong most often?": {
		view: "/insights",
		within: region("Suggestions"),
		shows: ["rule owner chose blaze 5 times; of the 4 that were fixed, bolt fixed 1 after it: put"],
	},
	"What did that rule decide?": {
		view: "/insights",
		act: (page) => region("By rule")(page).getByRole("link", { name: "escalation", exact: true }).click(),
		within: found,
		rows: ["Mail CI clippy", "API CI race"],
	},
	"What would agents have been sent for?": {
		view: "/observed",
		rows: ["python_test", "python_lint"],
		shows: [/^gopher/],
	},
	"Approve this.": {
		view: () => `/incidents/${held}`,
		act: (page) => press(page, "Approve: Charts"),
		within: (page) => page.locator("article"),
		shows: [/^approved by somebody on this machine/],
	},
	"Stop this.": {
		view: () => `/incidents/${lint.id}`,
		act: (page) => press(page, "Stop: API CI"),
		within: (page) => page.locator("article"),
		shows: ["cancelled", /^stopped by somebody on this machine/],
	},
	"Give it to bolt.": {
		view: () => `/incidents/${lint.id}`,
		act: async (page) => {
			await page.getByRole("combobox", { name: "Retry with another agent: API CI" }).selectOption("bolt");
			await page.getByRole("button", { name: "Retry with bolt: API CI" }).click();
		},
		within: (page) => page.locator("article"),
		shows: [/retried with bolt by somebody on this machine/],
	},
	"Pause everything.": {
		view: "/hub",
		act: async (page) => {
			await page.getByLabel("Reason of the pause").fill("cluster upgrade");
			await press(page, "Pause all repositories");
		},
		shows: ["Healer is paused: incidents wait, and no agent starts.", "cluster upgrade"],
		undo: async (page) => {
			await page.getByRole("button", { name: "Resume all repositories" }).click();
			await page.getByRole("button", { name: "Pause all repositories" }).waitFor();
		},
	},
	"Pause this repository.": {
		view: "/hub",
		act: async (page) => {
			await page.getByLabel("Repository to pause").fill("acme/shop");
			await page.getByLabel("Length of the pause").selectOption("for 4 hours");
			await press(page, "Pause acme/shop");
		},
		shows: ["acme/shop is paused: its incidents wait, and no agent starts.", /^in [34] h/],
		undo: async (page) => {
			await page.getByRole("button", { name: "Resume acme/shop" }).click();
			await page.getByText("acme/shop is paused").waitFor({ state: "detached" });
		},
	},
	"What would my edit have decided?": {
		view: "/playground",
		act: async (page) => {
			await page.getByRole("button", { name: "Fill in an example" }).click();
			await page.getByText("Try an edited pipeline").click();
			const editor = page.getByLabel("pipeline.yaml");
			await expect.poll(() => editor.inputValue()).toContain("takes: [rust]");
			const text = await editor.inputValue();
			await editor.fill(text.replace("takes: [rust]", "takes: []").replace("takes: [github]", "takes: [github, rust]"));
			await page.getByRole("button", { name: "Explain" }).click();
		},
		shows: [
			"Your edit changes the decision",
			/^CodeRun rex, because the failing step printed error\[E0308\]/,
			/^CodeRun atlas, because the failing step printed error\[E0308\]/,
		],
	},
	"Who did that?": {
		view: "/audit",
		as: "administrator",
		within: (page) => page.getByRole("row").filter({ hasText: "cluster upgrade" }),
		shows: ["pause", "the hub", "on this machine"],
	},
};

describe("docs/operating.md on the page", () => {
	it("has an answer here for each of the twenty-six questions", () => {
		expect(QUESTIONS).toHaveLength(26);
		expect(Object.keys(ANSWERS)).toEqual(QUESTIONS.map(([question]) => question));
	});

	it.each(Object.entries(ANSWERS))(
		"%s",
		async (question, { view: at, act, within, shows = [], rows, choices, undo, as }) => {
			const view = typeof at === "string" ? at : at();
			const [, , , named = ""] = QUESTIONS.find(([one]) => one === question) ?? [];
			const cell = named.replaceAll("`", "").replace(/,.*/, "");
			expect(cell).toBe(view.startsWith("/incidents/") ? "/incidents/{id}" : view);
			const page = await browser.newPage();
			page.setDefaultTimeout(60_000);
			if (as !== undefined) await beAdministrator(page, path.join(demo.folder, "state"));
			// The hub believes that it is this time, so the page has to.
			await page.clock.setFixedTime(DEMO_NOW);
			await page.goto(demo.url + view);
			await act?.(page);
			const place = (within ?? ((whole) => whole.locator("body")))(page);
			if (rows !== undefined) await expect.poll(() => titlesIn(place), { timeout: 30_000 }).toEqual(rows);
			if (choices !== undefined) {
				await expect.poll(() => place.locator("option").allTextContents(), { timeout: 30_000 }).toEqual(choices);
			}
			for (const text of shows) await place.getByText(text).filter({ visible: true }).first().waitFor();
			await undo?.(page);
			await page.close();
		},
	);
});

function titlesIn(place: Locator): Promise<string[]> {
	return place.locator("[data-row]").allInnerTexts();
}
