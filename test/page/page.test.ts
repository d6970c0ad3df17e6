import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../hub/eventually.ts";
import { workflowJob } from "../hub/failing-run.ts";
import { deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { blocksOf } from "../support/markdown.ts";
import { beAdministrator } from "./administrator.ts";
import { openBrowser } from "./open-browser.ts";
import { copyIncidents, withJournal } from "./seed-journal.ts";

const HOSTILE = {
	runId: 6003,
	branch: "<img src=x onerror=document.title='branch'>\u202egnp.evil",
	workflow: "<script>document.title='workflow'</script>\u0007\u200b",
};
const DEAD = "d".repeat(32);
const ESCALATED = "e".repeat(32);

/** What the page calls each kind of ignored delivery. */
const LABELS: Readonly<Record<string, string>> = {
	unknown_event: "Unknown event",
	not_matched: "No rule matched",
	no_repository: "No repository",
	no_identity: "No identity",
	filtered: "Filtered",
	tracked: "Lifecycle event",
	attempt_result: "Result of an attempt",
};

let home: Home;
let hub: HubProcess;
let browser: Browser;
const ids = { running: "", held: "", hostile: "" };

beforeAll(async () => {
	home = await makeHome();
	hub = await startReadyHub(home);
	ids.running = await accepted("workflow_job", workflowJob({ runId: 6001, branch: "fix/parser" }));
	await deliver(home, "workflow_job", workflowJob({ runId: 6001, branch: "fix/parser" }, 2));
	ids.hostile = await accepted("workflow_job", workflowJob(HOSTILE));
	await eventually(async () => (await count("running")) === 2, "two that run");
	ids.held = await accepted(
		"workflow_job",
		workflowJob({ runId: 6002, branch: "fix/parser", workflow: "Frontend CI" }),
	);
	// Recorded deliveries of other repositories: ignored, each for its reason.
	for (const { name, examples: payloads } of examples) {
		if (payloads[0] !== undefined) await deliver(home, name, payloads[0]);
	}
	await eventually(async () => (await count("waiting")) === 1, "one that waits");
	// A state that takes a day to reach is written to the journal while the hub is stopped.
	await stop();
	const hour = 3_600_000;
	withJournal(home, (journal) => {
		const at = (age: number) => ({ created_at: Date.now() - age, updated_at: Date.now() - age });
		copyIncidents(journal, ids.running, [
			...Array.from({ length: 70 }, (_, n) => ({
				id: n.toString(16).padStart(32, "0"),
				status: "fixed",
				agent: n % 2 === 0 ? "blaze" : "bolt",
				failure_type: n % 2 === 0 ? "frontend_typescript" : "helm_chart",
				repository: n < 5 ? "5dlabs/other" : "5dlabs/cto",
				...at((100 - n) * hour),
			})),
			{ id: ESCALATED, status: "escalated", reason: "3 attempts are used up", ...at(3 * hour) },
			{ id: DEAD, status: "dead", reason: "the relay did not answer for a day", ...at(2 * hour) },
		]);
	});
	hub = await startReadyHub(home);
	browser = await openBrowser();
});

afterAll(async () => {
	await browser?.close();
	hub.signalGroup("SIGKILL");
	await hub.ended();
});

describe("the first view", () => {
	it("shows what needs a person, what runs, what waits, and the latest incidents", async () => {
		await using page = await open("/");
		const person = page.getByRole("region", { name: "Needs a person" });
		await person.getByText("the relay did not answer for a day").waitFor();
		expect(await person.getByRole("listitem").count()).toBe(2);
		const running = page.getByRole("region", { name: "Running" });
		await running.getByRole("listitem").nth(1).waitFor();
		expect(await running.getByRole("listitem").count()).toBe(2);
		const waiting = page.getByRole("region", { name: "Waiting" }).getByRole("listitem");
		await waiting.getByText(`Waiting for #${ids.running.slice(0, 5)} on the same branch`).waitFor();
		const link = waiting.getByRole("link", { name: `#${ids.running.slice(0, 5)}` });
		expect(await link.getAttribute("href")).toBe(`/incidents/${ids.running}`);
		expect(await page.locator("table.incidents tbody tr").count()).toBe(50);
	});

	it("narrows the list by every filter, keeps them in the address, and leads back by the browser's button", async () => {
		await using page = await open("/");
		const rows = page.locator("table.incidents tbody tr");
		await page.getByRole("combobox", { name: "Agent" }).selectOption("blaze");
		await page.waitForURL("**/?agent=blaze");
		await eventually(async () => (await rows.count()) === 35, "35 rows of blaze");
		await page.getByRole("combobox", { name: "Failure type" }).selectOption("helm_chart");
		await page.getByText("No matching incidents.").waitFor();
		await page.getByRole("link", { name: "Show all" }).first().click();
		await page.getByRole("combobox", { name: "Repository" }).selectOption("5dlabs/other");
		await eventually(async () => (await rows.count()) === 5, "5 rows of the other repository");
		await page.goto(`${home.url}/`);
		await page.getByRole("combobox", { name: "State" }).selectOption("dead");
		await eventually(async () => (await rows.count()) === 1, "the dead one");
		await rows.locator("a.title").click();
		await page.getByRole("heading", { level: 1 }).waitFor();
		expect(new URL(page.url()).pathname).toBe(`/incidents/${DEAD}`);
		await page.goBack();
		await page.waitForURL("**/?status=dead");
		await eventually(async () => (await rows.count()) === 1, "the dead one, again");
		await page.goto(`${home.url}/`);
		await page.getByLabel("Search").fill("frontend ci");
		await page.waitForURL("**/?text=frontend+ci");
		await eventually(async () => (await rows.count()) === 1, "the one whose workflow has that name");
	});

	it("goes on page by page", async () => {
		await using page = await open("/");
		await page.getByRole("link", { name: "Older" }).click();
		await page.waitForURL("**/?cursor=*");
		const rows = page.locator("table.incidents tbody tr");
		await eventually(async () => (await rows.count()) === 25, "the 25 that are left");
		await page.getByRole("link", { name: "Newest" }).click();
		await eventually(async () => (await rows.count()) === 50, "the first page");
	});

	it("shows what happens without being loaded again", async () => {
		await using page = await open("/");
		await page.locator("table.incidents").waitFor();
		const id = await accepted("workflow_job", workflowJob({ runId: 7001, branch: "live", workflow: "Helm Charts" }));
		await page.locator(`table.incidents a[href="/incidents/${id}"]`).waitFor({ timeout: 10_000 });
	});

	it("asks for the token where reading is not open, and opens with it", async () => {
		await using page = await open("/", async (context) => {
			// As a worker away from loopback: it knows nobody without the token.
			await context.route("**/api/**", async (route) => {
				const given = route.request().headers().authorization === "Bearer right";
				await (given ? route.continue() : route.fulfill({ status: 401, json: { error: "unauthorized" } }));
			});
		});
		await page.getByLabel("API token").fill("wrong");
		await page.getByRole("button", { name: "Open" }).click();
		await page.getByText("The worker rejected this token.").waitFor();
		await page.getByLabel("API token").fill("right");
		await page.getByRole("button", { name: "Open" }).click();
		await page.locator("table.incidents").waitFor();
		expect(await page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]")).toEqual([1, 0, ""]);
	});
});

describe("what the viewer may do", () => {
	const as =
		(...rights: readonly string[]) =>
		async (context: BrowserContext) => {
			await context.route("**/api/viewer", (route) => route.fulfill({ json: { who: "ada@acme.example", rights } }));
		};

	it("is all that is shown: a reader sees everything, and no button and no command to act with", async () => {
		await using page = await open(`/incidents/${ids.running}`, as("read"));
		await page.getByText("Read only").waitFor();
		await page
			.getByRole("region", { name: "Attempts", exact: true })
			.getByText(/^healer-ci-rex-/)
			.waitFor();
		expect(await actions(page).count()).toBe(0);
		await page.goto(`${home.url}/`);
		await page.getByText("the relay did not answer for a day").first().waitFor();
		await page.getByText("Read only").waitFor();
		expect(await actions(page).count()).toBe(0);
		await page.goto(`${home.url}/hub`);
		await page.getByText("No delivery was ignored.").or(page.getByText("Unknown event")).first().waitFor();
		expect(await actions(page).count()).toBe(0);
		expect(await page.getByText("npx healer push").count()).toBe(0);
		await page.goto(`${home.url}/audit`);
		await page.getByText("needs the right to administer").waitFor();
	});

	it("is more for an operator, and most for an administrator", async () => {
		await using page = await open(`/incidents/${ids.running}`, as("read", "operate"));
		await page.getByRole("button", { name: /^Stop/ }).waitFor();
		expect(await page.getByText("Read only").count()).toBe(0);
		await page.goto(`${home.url}/hub`);
		await page.getByRole("button", { name: "Pause" }).waitFor();
		expect(await page.getByText("npx healer push").count()).toBe(0);
		await using other = await open("/hub", as("read", "operate", "administer"));
		await other.getByText("npx healer push").waitFor();
	});

	it("is asked again when the worker refuses an action: the right was taken away", async () => {
		let rights = ["read", "operate"];
		await using page = await open(`/incidents/${ids.running}`, async (context) => {
			await context.route("**/api/viewer", (route) => route.fulfill({ json: { who: "ada", rights } }));
			await context.route("**/stop", async (route) => {
				rights = ["read"];
				await route.fulfill({ status: 403, json: { error: "the right to operate is missing" } });
			});
		});
		await page.getByRole("button", { name: /^Stop/ }).click();
		await page.getByRole("button", { name: /^Really Stop/ }).click();
		await page.getByText("the right to operate is missing").waitFor();
		await page.getByText("Read only").waitFor();
		expect(await actions(page).count()).toBe(0);
	});

	it("is nothing with a sensor's token: the page asks for another", async () => {
		await using page = await open("/", async (context) => {
			await context.route("**/api/**", (route) => route.fulfill({ status: 403, json: { error: "no right" } }));
			await context.route("**/api/viewer", (route) =>
				route.fulfill({ json: { who: "a sensor's token", rights: ["sense"] } }),
			);
			await context.addInitScript("sessionStorage.setItem('healer-token', 'of-the-sensor')");
		});
		await page.getByText("This token may not read.").waitFor();
	});
});

describe("an incident", () => {
	it("shows why, with the values that decided, the attempts, the context and the prompt", async () => {
		await using page = await open(`/incidents/${ids.running}`);
		const part = (name: string) => page.getByRole("region", { name, exact: true });
		await part("Why").getByText("rex, because the failing step ran cargo clippy.", { exact: true }).waitFor();
		await part("Why").getByText("All rules, stage by stage").click();
		await part("Why").getByText("workflow_job takes it").waitFor();
		await part("Why").getByText('"failure"').first().waitFor();
		await part("Why").getByText("rust", { exact: true }).first().waitFor();
		await part("Attempts")
			.getByText(/^healer-ci-rex-[0-9a-f]{16}$/)
			.waitFor();
		await part("Timeline").getByText("spawned").waitFor();
		await part("Facts")
			.getByText(/^[0-9a-f]{32}$/)
			.waitFor();
		await page.getByText("parts not asked for").click();
		await part("Context").getByText("not configured").first().waitFor();
		expect(await part("Deliveries").getByRole("listitem").count()).toBe(2);
		await page.getByText("Prompt of attempt 1, as rex got it").click();
		expect(await part("Prompt of attempt 1").innerText()).toContain("Controller CI");
		await page.getByText("Requested CodeRun").click();
		expect(await part("CodeRun").innerText()).toContain('"githubApp": "5DLabs-Rex"');
	});

	it("says whose failure a pull request's red check is, and leads to the first red commit", async () => {
		const sha = "a1b2c3d".padEnd(40, "0");
		const whose_failure =
			"The base branch breaks it: main fails for the same cause; first red commit a1b2c3d by <b>ada</b>";
		const suspect = { sha, author: "<b>ada</b>" };
		await using page = await open(`/incidents/${ids.running}`, async (context) => {
			await context.route(`**/api/incidents/${ids.running}`, async (route) => {
				const response = await route.fetch();
				const shown = await response.json();
				const explanation = { ...shown.explanation, whose_failure: { verdict: "base_branch", suspect, why: "" } };
				await route.fulfill({ response, json: { ...shown, whose_failure, explanation } });
			});
		});
		const line = page.locator(".whose-failure");
		expect(await line.innerText()).toBe(`${whose_failure}. a1b2c3d`);
		expect(await line.getByRole("link").getAttribute("href")).toBe(`https://github.com/5dlabs/cto/commit/${sha}`);
	});

	it("shows hostile texts as what they are: nothing runs, nothing is hidden, nothing else is asked", async () => {
		const asked: string[] = [];
		const logged: string[] = [];
		await using page = await open(`/incidents/${ids.hostile}`, async (context) => {
			context.on("request", (request) => asked.push(new URL(request.url()).origin));
			context.on("console", (message) => logged.push(message.text()));
		});
		await page
			.getByRole("heading", { level: 1, name: "<script>document.title='workflow'</script>␇<U+200B>" })
			.waitFor();
		await page.getByText("<img src=x onerror=document.title='branch'><U+202E>gnp.evil").first().waitFor();
		expect(await page.title()).toBe("(2) Healer");
		expect(await page.locator("main img, main script").count()).toBe(0);
		expect(new Set(asked)).toEqual(new Set([home.url]));
		expect(logged).toEqual([]);
	});

	it("that does not exist is reported", async () => {
		await using page = await open(`/incidents/${"f".repeat(32)}`);
		await page.getByText("Incident not found").waitFor();
	});

	it("that is dead goes on by its button", async () => {
		await using page = await open("/");
		const row = page.getByRole("region", { name: "Needs a person" }).getByRole("listitem").filter({ hasText: "dead" });
		await row.getByRole("button", { name: /^Release/ }).click();
		await eventually(async () => ((await detail(DEAD)) as { status: string }).status !== "dead", "it goes on");
		expect(await detail(DEAD)).toMatchObject({
			timeline: expect.arrayContaining([
				expect.objectContaining({ event: "released", reason: "released by somebody on this machine" }),
			]),
		});
	});

	it("that runs is given to another agent, by a choice and a button", async () => {
		const id = await accepted("workflow_job", workflowJob({ runId: 7002, branch: "given" }));
		await eventually(async () => ((await detail(id)) as { status: string }).status === "running", "it runs");
		await using page = await open(`/incidents/${id}`);
		const choice = page.getByRole("combobox", { name: /^Retry with another agent: / });
		await choice.locator("option", { hasText: "atlas" }).waitFor({ state: "attached" });
		expect(await choice.locator("option").allTextContents()).toEqual([
			...["Retry with …", "rex", "blaze", "bolt", "cipher", "atlas"],
		]);
		await choice.selectOption("bolt");
		await page.getByRole("button", { name: /^Retry with bolt: / }).click();
		await page.getByRole("status").getByText("Done").waitFor();
		await page
			.getByText(/retried with bolt by somebody on this machine; attempt 2 starts once healer-ci-/)
			.first()
			.waitFor();
	});

	it("that waits is tried by its button, and stopped by another after a confirmation", async () => {
		await using page = await open(`/incidents/${ids.held}`);
		await page.getByRole("button", { name: /^Try now/ }).click();
		await page.getByRole("region", { name: "Timeline" }).getByText("released by somebody on this machine").waitFor();
		await page.getByRole("button", { name: /^Stop/ }).click();
		await page.getByRole("button", { name: /^Really Stop/ }).click();
		await page.locator(".incident > header").getByText("cancelled").waitFor();
	});
});

describe("the hub's view", () => {
	it("shows the pipeline's version, ignored deliveries by reason, and that failed ones are not recovered", async () => {
		await using page = await open("/hub");
		const { pipeline, ignored } = (await getJson(home, "/api/status")) as {
			pipeline: string;
			ignored: Record<string, number>;
		};
		await page.locator("main").getByText(pipeline.slice(0, 8)).first().waitFor();
		expect(Object.keys(ignored).length).toBeGreaterThan(1);
		for (const reason of Object.keys(ignored)) await page.getByText(LABELS[reason] ?? "", { exact: true }).waitFor();
		await page.getByText("no GitHub App is configured").waitFor();
	});
});

describe("the insights' view", () => {
	it("shows the targets, the days and the figures of each agent", async () => {
		const logged: string[] = [];
		await using page = await open("/insights?since=30d", async (context) => {
			context.on("console", (message) => logged.push(message.text()));
		});
		await page.getByText("Duplicates prevented").first().waitFor();
		await page.getByRole("img", { name: /^7\d incidents in 31 days, \d+ of them fixed by an agent$/ }).waitFor();
		await page.locator(".chart canvas").waitFor();
		await page.getByRole("region", { name: "By agent", exact: true }).getByText("blaze").waitFor();
		await page.getByRole("link", { name: "24 hours" }).click();
		await page.waitForURL("**/insights?since=24h");
		await page.getByRole("img", { name: /incidents in 2 days/ }).waitFor();
		// The chart's library sets its styles within the policy.
		expect(logged).toEqual([]);
	});
});

describe("the targets of the insights", () => {
	it("each say the figure, the target and the counts", async () => {
		const [example] = blocksOf("docs/insights.md").filter(({ language }) => language === "json");
		await using page = await open("/insights", async (context) => {
			await context.route("**/api/insights?*", (route) =>
				route.fulfill({ contentType: "application/json", body: example?.text ?? "" }),
			);
		});
		await page.locator(".targets > li").first().waitFor();
		const lines = await page.locator(".targets > li").allInnerTexts();
		expect(lines.map((line) => line.split("\n").join("|"))).toEqual([
			"Right agent|83.9 %|missed over 90 %|Right for 26 of 31 fixes",
			"Duplicates prevented|96 %|missed 100 %|24 of 25 prevented, 1 made",
			"Time to fix|8 min|met under 15 min|Median; 20 of 30 fixes under 15 min, p90 40 min",
			"Fixed|81.6 %|met over 70 %|31 of 38 remediations",
		]);
	});

	it("are neither met nor missed without data", async () => {
		await using page = await open("/insights?since=24h");
		await page.getByText("no data yet").first().waitFor();
		// That an incident was given to another agent is data: its rule was wrong.
		const shown = (await page.locator(".targets").innerText()).replaceAll("\n", "|");
		expect(shown).toContain("Right agent|0 %|missed over 90 %|Right for 0 of 1 fixes|Duplicates");
		expect(shown).toContain("Time to fix|–|no data yet under 15 min|Fixed|–|no data yet over 70 %");
	});
});

describe("the playground", () => {
	it("explains a payload with its log, and leaves no trace", async () => {
		const before = await getJson(home, "/api/status");
		await using page = await open("/playground");
		await page.getByLabel("Payload (JSON)").fill(JSON.stringify(workflowJob({ runId: 9001, branch: "play" })));
		await page.getByLabel("Log of the failed job").fill("error[E0308]: mismatched types\n --> src/main.rs:1:1\n");
		await page.getByRole("button", { name: "Explain" }).click();
		const explanation = page.getByRole("region", { name: "Explanation" });
		await explanation.locator(".verdict-line").waitFor();
		expect(await explanation.locator(".verdict-line").innerText()).toBe(
			"CodeRun rex, because the failing step printed error[E0308]: mismatched types (src/main.rs:1). rust_build by rule rust.",
		);
		await page.getByLabel("Payload (JSON)").fill("{");
		await page.getByRole("button", { name: "Explain" }).click();
		await page.getByText("The payload is not JSON").waitFor();
		expect(await getJson(home, "/api/status")).toMatchObject({
			incidents: (before as { incidents: object }).incidents,
		});
	});
});

describe("the playground with an edited pipeline", () => {
	it("says what the edit decides beside the active pipeline, and what is wrong with it, without telling the worker", async () => {
		const sent: string[] = [];
		const logged: string[] = [];
		await using page = await open("/playground", async (context) => {
			context.on("request", (request) => sent.push(request.postData() ?? ""));
			context.on("console", (message) => logged.push(message.text()));
		});
		await page.getByRole("button", { name: "Fill in an example" }).click();
		await page.getByText("Try an edited pipeline").click();
		const editor = page.getByLabel("pipeline.yaml");
		await eventually(
			async () => (await editor.inputValue()).includes("name: rust, agent: rex"),
			"the active pipeline's text",
		);
		const text = await editor.inputValue();
		await editor.fill(text.replace("name: rust, agent: rex", "name: rust, agent: blaze"));
		await page.getByRole("button", { name: "Explain" }).click();
		await page.getByText("Your edit changes the decision").waitFor({ timeout: 60_000 });
		const verdict = (title: string) => page.getByRole("region", { name: title }).locator(".verdict-line");
		expect(await verdict("Your edit decides").innerText()).toMatch(/^CodeRun blaze, because the failing step printed /);
		expect(await verdict("The active pipeline decides").innerText()).toMatch(/^CodeRun rex, /);
		await editor.fill(text.replace("settings:", "settingz:"));
		await page.getByRole("button", { name: "Explain" }).click();
		await page.getByText("Did you mean `settings`?").waitFor({ timeout: 60_000 });
		expect(sent.filter((body) => body.includes("takes:"))).toEqual([]);
		// The engine runs within the page's policy.
		expect(logged).toEqual([]);
	});
});

describe("the ignored deliveries", () => {
	it("are listed with their reasons, and narrowed by what ignored them and by a search", async () => {
		await using page = await open("/ignored");
		const rows = page.locator("tbody tr");
		await rows.filter({ hasText: "the pipeline has no entry for the event watch" }).waitFor();
		await page.getByRole("combobox", { name: "Ignored by" }).selectOption("unknown_event");
		await page.waitForURL("**/ignored?filter=unknown_event");
		await page.getByLabel("Search").fill("sponsorship");
		await eventually(async () => (await rows.count()) === 1, "the one delivery of this event");
		expect(await rows.innerText()).toContain("the pipeline has no entry for the event sponsorship");
	});

	it("are read again when one more is ignored, and not with every poll", async () => {
		const asked: string[] = [];
		await using page = await open("/ignored", async (context) => {
			context.on("request", (request) => asked.push(new URL(request.url()).pathname));
		});
		const times = (path: string) => asked.filter((one) => one === path).length;
		await eventually(() => times("/api/status") >= 5, "five polls");
		// With the view, and once more for what changed before the first poll was answered.
		expect(times("/api/ignored")).toBe(2);
		await deliver(home, "novelty", {});
		await page.getByText("the pipeline has no entry for the event novelty").waitFor();
	});
});

describe("the audit trail and going back", () => {
	const asAdministrator = (context: BrowserContext) => beAdministrator(context, home.stateDir);

	it("show who paused and resumed, by the hub's own buttons", async () => {
		await using page = await open("/hub", asAdministrator);
		await page.getByLabel("Reason of the pause").fill("a release");
		await page.getByRole("button", { name: "Pause" }).click();
		await page.getByRole("button", { name: "Really Pause" }).click();
		await page.getByText("Healer is paused").waitFor();
		await page.getByRole("button", { name: "Resume" }).click();
		await page.getByRole("button", { name: "Pause" }).waitFor();
		await page.goto(`${home.url}/audit`);
		const lines = page.locator("tbody tr");
		await lines.filter({ hasText: "a release" }).waitFor();
		expect(await lines.first().innerText()).toMatch(/^resume\tthe hub\t/);
	});

	it("show what a version changes before it is rolled back to", async () => {
		const artefact = (repository: string) => ({
			version: repository,
			prompts: {},
			settings: { repositories: [repository] },
		});
		await using page = await open("/hub", async (context) => {
			await asAdministrator(context);
			await context.route("**/api/export?*", (route) => {
				const isTarget = new URL(route.request().url()).searchParams.has("version");
				return route.fulfill({ json: { artefact: artefact(isTarget ? "acme/before" : "acme/now") } });
			});
		});
		await page.getByRole("button", { name: "Compare" }).first().click();
		const changed = page.getByRole("region", { name: "Changed lines" });
		await changed.waitFor();
		expect((await changed.innerText()).split("\n")).toEqual(
			expect.arrayContaining(["-    - acme/now", "+    - acme/before"]),
		);
		await page.getByRole("button", { name: "Roll back" }).waitFor();
	});
});

describe("an address that does not exist", () => {
	it("is the page, with 404", async () => {
		await using page = await open("/");
		const answer = await page.goto(`${home.url}/nowhere`);
		expect(answer?.status()).toBe(404);
		await page.getByRole("heading", { name: "Page not found" }).waitFor();
		await page.getByRole("link", { name: "Show all incidents" }).click();
		await page.locator("table.incidents").waitFor();
	});
});

describe("the keys", () => {
	it("search, move through rows, open one, lead up, and show themselves; and can be turned off", async () => {
		await using page = await open("/hub");
		await page.getByRole("heading", { name: "Hub" }).waitFor();
		await page.keyboard.press("/");
		await eventually(
			async () => (await page.evaluate("document.activeElement.type")) === "search",
			"focus on the search",
		);
		await page.keyboard.type("j");
		expect(await page.getByLabel("Search").inputValue()).toBe("j");
		await page.getByLabel("Search").fill("");
		await page.locator("[data-row]").nth(2).waitFor();
		await page.getByRole("heading", { level: 2 }).first().click();
		await page.evaluate("document.activeElement.blur()");
		const focused = () => page.evaluate("[...document.querySelectorAll('[data-row]')].indexOf(document.activeElement)");
		await page.keyboard.press("j");
		await page.keyboard.press("j");
		expect(await focused()).toBe(1);
		await page.keyboard.press("k");
		expect(await focused()).toBe(0);
		await page.keyboard.press("Enter");
		await page.waitForURL("**/incidents/*");
		await page.keyboard.press("u");
		await page.waitForURL(`${home.url}/`);
		await page.keyboard.press("?");
		await page.getByRole("dialog").getByText("Next row").waitFor();
		await page.getByRole("checkbox").uncheck();
		await page.keyboard.press("Escape");
		await page.keyboard.press("/");
		expect(await page.evaluate("document.activeElement.type")).not.toBe("search");
	});
});

describe("every view", () => {
	const views = () => [
		"/",
		"/?status=fixed",
		"/ignored",
		"/audit",
		"/nowhere",
		`/incidents/${ids.running}`,
		`/incidents/${ids.hostile}`,
		"/hub",
		"/playground",
		"/flakes",
		"/insights",
	];

	it.each(["light", "dark"] as const)("has nothing serious for axe, in %s", async (colorScheme) => {
		for (const view of views()) {
			await using page = await open(view, undefined, { colorScheme, bypassCSP: true });
			await shownWhole(page);
			await page.evaluate(axe.source);
			const found = (await page.evaluate("axe.run()")) as {
				violations: { id: string; impact: string; nodes: unknown[] }[];
			};
			const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
			expect([view, serious.map(({ id, nodes }) => [id, JSON.stringify(nodes).slice(0, 600)])]).toEqual([view, []]);
		}
	});

	it("fits a phone's width", async () => {
		for (const view of views()) {
			await using page = await open(view, undefined, { viewport: { width: 360, height: 740 } });
			await shownWhole(page);
			expect([view, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([view, 360]);
		}
	});

	it("shows the first incident on a phone's first screen", async () => {
		for (const view of ["/", "/?status=fixed", "/ignored"]) {
			await using page = await open(view, undefined, { viewport: { width: 390, height: 844 } });
			const row = page.locator("[data-row]").first();
			await row.waitFor();
			await shownWhole(page);
			const place = await row.boundingBox();
			expect([view, (place?.y ?? Number.NaN) + (place?.height ?? 0) < 500]).toEqual([view, true]);
		}
	});

	it("can be used by keyboard, with a focus that is seen", async () => {
		await using page = await open("/");
		await page.locator("table.incidents").waitFor();
		await page.keyboard.press("Tab");
		expect(await page.evaluate("document.activeElement.textContent.trim()")).toBe("Skip to content");
		const outlines = new Set<unknown>();
		for (let n = 0; n < 12; n++) {
			await page.keyboard.press("Tab");
			outlines.add(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"));
		}
		expect([...outlines]).toEqual(["solid"]);
		await page.locator("table.incidents a").first().focus();
		await page.keyboard.press("Enter");
		await page.waitForURL("**/incidents/*");
		await eventually(
			async () => (await page.evaluate("document.activeElement.tagName")) === "H1",
			"focus on the heading",
		);
	});
});

/** The buttons that change something. */
function actions(page: Page) {
	return page.getByRole("button", { name: /^(Release|Try now|Retry|Stop|Pause|Resume|Roll back|Compare)/ });
}

interface Options {
	readonly colorScheme?: "light" | "dark";
	readonly viewport?: { readonly width: number; readonly height: number };
	/** Needed to inject axe. */
	readonly bypassCSP?: boolean;
}

/** Opens a view in a fresh browser context. An error that the page throws fails the test. */
async function open(
	view: string,
	prepare: (context: BrowserContext) => Promise<void> = async () => undefined,
	options: Options = {},
): Promise<Page & AsyncDisposable> {
	const context = await browser.newContext(options);
	context.setDefaultTimeout(30_000);
	await prepare(context);
	const page = await context.newPage();
	const thrown: string[] = [];
	page.on("pageerror", (error) => thrown.push(error.message));
	await page.goto(`${home.url}${view}`);
	return Object.assign(page, {
		[Symbol.asyncDispose]: async () => {
			await context.close();
			expect(thrown).toEqual([]);
		},
	});
}

/** Waits for the heading and the first answers. */
async function shownWhole(page: Page): Promise<void> {
	await page.locator("h1").waitFor();
	await page.waitForLoadState("networkidle");
}

async function accepted(event: string, payload: unknown): Promise<string> {
	const { body } = await deliver(home, event, payload);
	expect(body.status).toBe("accepted");
	return body.incident_id ?? "";
}

async function count(status: string): Promise<number> {
	const { incidents } = (await getJson(home, "/api/status")) as { incidents: Record<string, number> };
	return incidents[status] ?? 0;
}

function detail(id: string): Promise<unknown> {
	return getJson(home, `/api/incidents/${id}`);
}

async function stop(): Promise<void> {
	hub.signalGroup("SIGTERM");
	await hub.ended();
}
