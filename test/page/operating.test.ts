import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_WITHIN_MS, type DemoProcess, startDemo } from "../hub/demo-process.ts";
import { tableOf } from "../support/markdown.ts";
import { beAdministrator } from "./administrator.ts";
import { openBrowser } from "./open-browser.ts";

/** The page's column of docs/operating.md, on the demo: a view and at most one thing to do there. */
const QUESTIONS = tableOf("docs/operating.md", "| question | command line | API | page |");
/** A failure of clippy. */
const CLIPPY = "/incidents/e936a37114e9e3ec163a1561277c4d1b";

let demo: DemoProcess;
let browser: Browser;

beforeAll(async () => {
	[demo, browser] = [await startDemo(), await openBrowser()];
}, DEMO_WITHIN_MS + 60_000);
afterAll(async () => {
	await browser?.close();
	demo?.child.kill("SIGKILL");
});

interface Answer {
	readonly view: string;
	readonly act?: (page: Page) => Promise<unknown>;
	readonly shows: string | RegExp;
	readonly as?: "administrator";
}

const search = (text: string) => (page: Page) => page.getByLabel("Search").fill(text);

/** Those that change nothing; `page.test.ts` presses the buttons of the others. */
const ANSWERS: Readonly<Record<string, Answer>> = {
	"Is it healthy?": { view: "/hub", shows: "5 incidents need a person." },
	"Why was delivery X ignored?": {
		view: "/ignored",
		act: search("star"),
		shows: "the pipeline has no entry for the event star",
	},
	"Why rex and not bolt?": {
		view: CLIPPY,
		act: (page) => page.getByText("All rules, stage by stage").click(),
		shows: "workflow_job takes it",
	},
	"What needs a person?": { view: "/", shows: "Needs a decision about the importer's interface" },
	"Was anything lost last night?": { view: "/hub", shows: /0 lost/ },
	"What is done about pull request 402?": { view: "/", act: search("#812"), shows: "Found incidents" },
	"Which filter ignores most?": {
		view: "/ignored",
		act: (page) => page.getByRole("combobox", { name: "Ignored by" }).selectOption("own-agents"),
		shows: "the filter own-agents refuses it",
	},
	"Which rule is wrong most often?": { view: "/insights", shows: "By rule" },
	"Who did that?": { view: "/audit", as: "administrator", shows: "stop" },
};

describe("docs/operating.md on the page", () => {
	it("has an answer here for questions of the table alone", () => {
		const asked = QUESTIONS.map(([question]) => question);
		expect(Object.keys(ANSWERS).filter((question) => !asked.includes(question))).toEqual([]);
	});

	it.each(Object.entries(ANSWERS))("%s", async (question, { view, act, shows, as }) => {
		const [, , , named = ""] = QUESTIONS.find(([one]) => one === question) ?? [];
		expect(named.replaceAll("`", "")).toMatch(view.startsWith("/incidents/") ? /^\/incidents\/\{id\}/ : view);
		const page = await browser.newPage();
		page.setDefaultTimeout(60_000);
		if (as !== undefined) await beAdministrator(page, path.join(demo.folder, "state"));
		await page.goto(demo.url + view);
		await act?.(page);
		await page.getByText(shows).filter({ visible: true }).first().waitFor();
		await page.close();
	});
});
