import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { commandsOf } from "../support/markdown.ts";
import { eventually } from "./eventually.ts";
import { codeRuns, type Home, type HubProcess, makeHome, ROOT, startReadyHub } from "./hub-process.ts";
import { linkHealer, typeIn } from "./newcomer.ts";

const above = mkdtempSync(path.join(tmpdir(), "healer-getting-started-"));
const repository = path.join(above, "acme-healer");
let home: Home;
let hub: HubProcess | undefined;

afterAll(async () => {
	hub?.signalGroup("SIGKILL");
	await hub?.ended();
});

describe("docs/getting-started.md, as typed", () => {
	const commands: readonly (readonly [string, (command: string) => Promise<void>])[] = [
		[
			"npx healer init ../acme-healer --org acme --agents ferris:rust,atlas --yes",
			async (command) =>
				expect(await typeIn(ROOT, command.replace("../", `${above}/`))).toContain("Wrote pipeline.yaml"),
		],
		["cd ../acme-healer", async () => expect(path.basename(repository)).toBe("acme-healer")],
		[
			`git init && git submodule add "$(node -p 'require("./package.json").healer.init.healer')" healer && npm install`,
			async (command) => {
				const address = /\$\((.*)\)/.exec(command)?.[1] ?? "";
				expect(await typeIn(repository, address)).not.toBe("\n");
				linkHealer(repository);
			},
		],
		["npx healer check", async (command) => expect(await type(command)).toMatch(/^pipeline\.yaml is valid/)],
		["npx healer test", async (command) => expect(await type(command)).toMatch(/^4 of 4 cases passed\.$/m)],
		[
			"npm start",
			async () => {
				home = { ...(await makeHome()), stateDir: path.join(repository, ".healer") };
				hub = await startReadyHub(home, {}, repository);
			},
		],
		[
			"sed 's#5dlabs/cto#acme/shop#g' healer/test/cases/payloads/workflow-job-failure.json > failed-job.json",
			async (command) => expect(await type(command)).toBe(""),
		],
		[
			"npx healer replay failed-job.json --event workflow_job",
			async (command) => {
				expect(await type(command)).toMatch(/^202 .*"status":"accepted"/);
				await eventually(() => codeRuns(home).length > 0, "a CodeRun");
			},
		],
		[
			"ls .healer/coderuns/",
			async (command) => {
				const [name = ""] = (await type(command)).split("\n");
				expect(name).toMatch(/^healer-ci-ferris-[0-9a-f]{16}\.yaml$/);
				expect(parse(readFileSync(path.join(repository, ".healer/coderuns", name), "utf8"))).toMatchObject({
					kind: "CodeRun",
					spec: { githubApp: "Acme-Ferris", repositoryUrl: "https://github.com/acme/shop" },
				});
			},
		],
		[
			"npx healer app create --org acme --url https://healer.example.com",
			async () => expect(await type("npx healer app create --help")).toContain("--github-url"),
		],
	];

	it("covers every command of the page; `test/cluster` has those on a cluster", () => {
		expect(commandsOf("docs/getting-started.md", /^(?!.*cluster)/)).toEqual(commands.map(([command]) => command));
	});

	for (const [command, check] of commands) it(command, () => check(command));
});

async function type(command: string): Promise<string> {
	return await typeIn(repository, command, home);
}
