import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { commandsOf } from "../support/markdown.ts";
import { eventually } from "./eventually.ts";
import {
	cleanEnvironment,
	codeRuns,
	getJson,
	type Home,
	type HubProcess,
	makeHome,
	ROOT,
	startReadyHub,
} from "./hub-process.ts";

/** The parts of a clone that the documented commands need; its modules are linked, not installed. */
const CLONED =
	`package.json tsconfig.base.json pipeline.yaml packs prompts pipeline worker wire relay cli page test/cases`.split(
		" ",
	);

const REPLAY = "npx healer replay test/cases/payloads/workflow-job-failure.json --event workflow_job";
const EXPLAIN = "npx healer explain test/cases/payloads/workflow-job-failure.json --event workflow_job";
const WATCH = "npx healer test --watch";
const ON_A_WORKER = "export HEALER_URL=https://healer.example.com HEALER_ADMIN_TOKENS=...";
/** In the docs' commands, for the newest incident's id. */
const NEWEST = "0123456789abcdef0123456789abcdef";
const CASE = `npx healer case ${NEWEST}`;
const WRONG_CASE = "test/cases/pipeline/wrong.yaml";
const LOG = "--log test/cases/logs/clippy.log";

let clone: string;
let home: Home;
let hub: HubProcess | undefined;
/** The settings that commands of the page are typed with, once they are exported. */
let exported: string | undefined;

beforeAll(async () => {
	clone = mkdtempSync(path.join(tmpdir(), "healer-clone-"));
	for (const name of CLONED) cpSync(path.join(ROOT, name), path.join(clone, name), { recursive: true });
	symlinkSync(path.join(ROOT, "node_modules"), path.join(clone, "node_modules"));
	home = { ...(await makeHome()), stateDir: path.join(clone, ".healer") };
});
afterAll(async () => {
	hub?.signalGroup("SIGKILL");
	await hub?.ended();
});

describe("README example, as typed", () => {
	/** Every command of the README, in order, with its expected result. */
	const commands: readonly (readonly [string, (command: string) => Promise<void>])[] = [
		["npm ci && npx healer demo", async () => expect(await type("npx healer demo --help")).toContain("--port")],
		[
			"npm ci && npm start",
			async (command) => {
				// Every run of the tests begins with an install.
				expect(command.split(" && ")).toEqual(["npm ci", "npm start"]);
				hub = await startReadyHub(home, {}, clone);
			},
		],
		[
			REPLAY,
			async (command) => {
				expect(await type(command)).toMatch(/^202 .*"status":"accepted"/);
				await eventually(() => codeRuns(home).length > 0, "a CodeRun");
				const coderun = parse(readFileSync(path.join(clone, ".healer/coderuns", String(codeRuns(home)[0])), "utf8"));
				expect(coderun).toMatchObject({
					kind: "CodeRun",
					spec: { githubApp: "5DLabs-Rex", env: { FAILURE_TYPE: "rust_clippy", TARGET_BRANCH: "master" } },
				});
			},
		],
		[
			"ls .healer/coderuns/",
			async (command) => expect(await type(command)).toMatch(/^healer-ci-rex-[0-9a-f]{16}\.yaml\n$/),
		],
		["npx healer init ../acme-healer", async () => expect(await type("npx healer init --help")).toContain("--org")],
	];

	it("covers every command of the README", () => {
		expect(commandsOf("README.md")).toEqual(commands.map(([command]) => command));
	});

	for (const [command, check] of commands) it(command, () => check(command));
});

describe("docs/local.md, as typed", () => {
	const commands: readonly (readonly [string, (command: string) => Promise<void>])[] = [
		[
			REPLAY,
			async (command) => {
				expect(await type(command)).toMatch(/^202 .*"status":"duplicate"/);
				expect(codeRuns(home)).toHaveLength(1);
			},
		],
		[
			"curl -s http://127.0.0.1:8787/api/incidents",
			async (command) => {
				const { incidents } = JSON.parse(await type(command));
				expect(incidents).toMatchObject([{ status: "running", agent: "rex", branch: "feat/lease-sweep" }]);
			},
		],
		[
			"npx healer finish NAME --phase Succeeded",
			async (command) => {
				const name = String(codeRuns(home)[0]).replace(".yaml", "");
				expect(await type(command.replace("NAME", name))).toBe(`${name} is finished: Succeeded.\n`);
				await eventually(async () => (await newestStatus()) === "awaiting_ci", "the status awaiting_ci");
			},
		],
		[
			"npx healer replay test/cases/payloads/workflow-run-success.json --event workflow_run",
			async (command) => {
				expect(await type(command)).toMatch(/^202 .*workflow_run reports success: recorded for the remediations/);
				await eventually(async () => (await newestStatus()) === "fixed", "the status fixed");
			},
		],
		[
			EXPLAIN,
			async (command) =>
				expect(await type(command)).toMatch(
					/^rex, because the failing step is called `cargo clippy`; there is little else to go by\.\n {2}rule {6}rust\n/,
				),
		],
		[
			`${EXPLAIN} ${LOG} --files crates/controller/src/leases.rs`,
			async (command) => expect(await type(command)).toContain("failure   rust_clippy (rust)"),
		],
		["npx healer check", async (command) => expect(await type(command)).toMatch(/^pipeline\.yaml is valid/)],
		["npx healer test", async (command) => expect(await type(command)).toMatch(/^(\d+) of \1 cases passed\.$/m)],
	];

	it("covers every command of the page", () => {
		expect(commandsOf("docs/local.md")).toEqual(commands.map(([command]) => command));
	});

	for (const [command, check] of commands) it(command, () => check(command));
});

describe("docs/pipeline.md example, as typed", () => {
	const commands: readonly (readonly [string, RegExp])[] = [
		["npx healer check", /^pipeline\.yaml is valid/],
		["npx healer check pipeline.yaml --strict --json", /^\{\n {2}"ok": true,/],
		["npx healer show", /^ {2}# from packs\/github\/filters\.yaml:\d+\n {2}- name: allowed-repository$/m],
		[
			"npx healer show --rule run_green",
			/^lifecycle:\n {2}# from packs\/github\/lifecycle\.yaml:\d+\n {2}run_green:$/m,
		],
		["npx healer show --rule filters.conclusion --json", /"file": "packs\/github\/filters\.yaml"/],
		["npx healer test", /^(\d+) of \1 cases passed\.$/m],
		[CASE, /^- name: .*\n(.*\n)* +agent: rex$/m],
		[`${CASE} --agent bolt --out ${WRONG_CASE}`, /^Added ".+" to test\/cases\/pipeline\/wrong\.yaml\.$/m],
		[`${EXPLAIN} ${LOG}`, /failure {3}rust_clippy \(rust\)/],
		[`${EXPLAIN} --files src/main.rs,Cargo.toml --json`, /"agent": "rex"/],
		[
			`echo '{"id": 1, "workflow_name": "Controller CI", "failed_steps": ["cargo clippy"]}' | npx healer route --json`,
			/^\{"id":1,"agent":"rex","failure_type":"rust_clippy","rule":"[a-z-]+","fingerprint":null\}\n$/,
		],
		["npx healer backtest --pipeline other.yaml", /rex rust_clippy {2}bolt rust_clippy {2}route\.rust +fixed\b/m],
		[
			"npx healer backtest --pipeline other.yaml cases.jsonl",
			/^one +rex rust_clippy {2}bolt rust_clippy {2}route\.rust$/m,
		],
		[ON_A_WORKER, /^$/],
		["npx healer push --dry-run", /^[0-9a-f]{16} is not pushed: this was a dry run\.$/m],
		[
			'npx healer push --message "Send Go to gopher"',
			/^[0-9a-f]{16} is active on http:.*, everywhere within a minute\. It was active already\.$/m,
		],
		["npx healer pipelines", /^active +[0-9a-f]{16} .*Send Go to gopher$/m],
		["npx healer rollback", /^bundled is active on http:.*\. Previously active: [0-9a-f]{16}\.$/m],
	];

	beforeAll(() => {
		const pipeline = readFileSync(path.join(clone, "pipeline.yaml"), "utf8");
		writeFileSync(path.join(clone, "other.yaml"), pipeline.replaceAll("agent: rex,", "agent: bolt,"));
		writeFileSync(path.join(clone, "cases.jsonl"), '{"id": "one", "failed_steps": ["cargo clippy"]}\n');
	});

	it("covers every command of the page", () => {
		expect(commandsOf("docs/pipeline.md").filter((command) => command !== WATCH)).toEqual(
			commands.map(([command]) => command),
		);
	});

	const triedAbove = ["README.md", "docs/local.md"].flatMap((file) => commandsOf(file));

	it.each(commands.filter(([command]) => !triedAbove.includes(command)))("%s", async (command, says) => {
		if (command === ON_A_WORKER) exported = command;
		expect(await type(command)).toMatch(says);
		// Until the pipeline is changed, it fails, and nothing is pushed.
		if (command.endsWith(WRONG_CASE)) {
			await expect(type("npx healer test")).rejects.toThrow();
			rmSync(path.join(clone, WRONG_CASE));
		}
	});
});

interface Listed {
	readonly incidents: readonly { readonly id: string; readonly status: string }[];
}

async function newestId(): Promise<string> {
	return ((await getJson(home, "/api/incidents")) as Listed).incidents[0]?.id ?? "";
}

async function newestStatus(): Promise<string | undefined> {
	return ((await getJson(home, "/api/incidents")) as Listed).incidents[0]?.status;
}

/** Runs it in the clone, with the ports of this test. Returns the output; throws when it fails. */
async function type(command: string): Promise<string> {
	const shell = [...(exported === undefined || exported === command ? [] : [exported]), command]
		.join("\n")
		.replace("127.0.0.1:8787", `127.0.0.1:${home.port}`)
		.replace("https://healer.example.com", `http://127.0.0.1:${home.port}`)
		.replace("HEALER_ADMIN_TOKENS=...", () => `HEALER_ADMIN_TOKENS=${apiToken()}`)
		.replace(NEWEST, command.includes(NEWEST) ? await newestId() : NEWEST);
	const { stdout } = await promisify(execFile)("sh", ["-c", shell], { cwd: clone, env: cleanEnvironment() });
	return stdout;
}

/** The hub's own, generated and stored in its state folder. */
function apiToken(): string {
	return (
		/^HEALER_API_TOKEN="?([^"\n]+)/m.exec(readFileSync(path.join(home.stateDir, "secrets.env"), "utf8"))?.[1] ?? ""
	);
}
