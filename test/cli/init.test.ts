import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Asking, type InitOptions, init } from "../../cli/init.ts";
import { recordedOutput } from "./recorded-output.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const WRITTEN: InitOptions = {
	org: "acme",
	agents: "ferris:rust,blaze:frontend+go,atlas",
	healer: "https://git.example/healer",
};

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), "healer-init-"));
});

async function run(options: InitOptions, ask?: Asking) {
	const output = recordedOutput();
	return { code: await init(folder, options, output, ask), ...output };
}

function text(name: string): string {
	return readFileSync(path.join(folder, name), "utf8");
}

describe("healer init", () => {
	it("names the organisation's own repositories and Apps in the relay's settings", async () => {
		await run({ ...WRITTEN, url: "https://healer.acme.example" });
		expect(parse(text("deploy/values.yaml")).settings).toEqual({
			HEALER_URL: "https://healer.acme.example",
			HEALER_REPOSITORIES: "acme/*",
			HEALER_GITHUB_APPS: "Acme-Ferris,Acme-Blaze,Acme-Atlas",
			HEALER_DEADLINE: "2h",
			HEALER_DELETE_OVERDUE: "true",
		});
		const shipped = parse(readFileSync(path.join(ROOT, "deploy/relay/kustomization.yaml"), "utf8"));
		await run({ ...WRITTEN, deploy: "kustomize" });
		expect(parse(text("deploy/kustomization.yaml")).images[0].name).toBe(shipped.images[0].newName);
	});

	it("builds the worker that its wrangler.toml names", async () => {
		await run(WRITTEN);
		const wrangler = text("wrangler.toml");
		for (const [, file = ""] of wrangler.matchAll(/^(?:main|migrations_dir) = "healer\/(.*)"$/gm)) {
			expect(readFileSync(path.join(ROOT, file.replace("migrations", "migrations/README.md")), "utf8")).not.toBe("");
		}
		expect(wrangler.match(/^\[build\]$/gm)).toHaveLength(1);
	});

	it("changes nothing in a second run, and needs no flags for it", async () => {
		await run(WRITTEN);
		const second = await run({ yes: true });
		expect([second.code, second.lines]).toEqual([
			0,
			[`Next: ${path.join(folder, "README.md")} says what to do, step by step.`],
		]);
	});

	it("shows what a person edited, and keeps it unless somebody says otherwise", async () => {
		await run(WRITTEN);
		appendFileSync(path.join(folder, "pipeline.yaml"), "# mine\n");
		const kept = await run({ yes: true });
		expect(kept.lines).toContain("-# mine");
		expect(kept.lines).toContain("Kept as they are: pipeline.yaml. --force replaces them.");
		const refused = { text: async (_: string, usual: string) => usual, confirm: async () => false };
		await run({}, refused);
		expect(text("pipeline.yaml")).toContain("# mine");
		await run({ force: true });
		expect(text("pipeline.yaml")).not.toContain("# mine");
	});

	it("asks for what no flag gives", async () => {
		const questions: string[] = [];
		const ask: Asking = {
			confirm: async () => false,
			text: async (question, usual) => {
				questions.push(`${question} [${usual}]`);
				return question.startsWith("Your organisation") ? "umbrella" : usual;
			},
		};
		expect((await run({ deploy: "helm" }, ask)).code).toBe(0);
		expect(questions).toEqual([
			"Your organisation's login on GitHub []",
			"Repositories whose failures are fixed, separated by commas [umbrella/*]",
			"Agents with the fields that each takes, such as ferris:rust,atlas; the last one gets everything else [atlas]",
			"The namespace of the CodeRun controller [cto]",
			"The worker's address, once it is deployed [https://healer.example.com]",
		]);
		expect(parse(text("pipeline.yaml")).settings.repositories).toEqual(["umbrella/*"]);
	});

	it.each([
		[{}, "--org is missing: give your organisation's login on GitHub, such as acme."],
		[{ org: "a b" }, "--org a b: give your organisation's login on GitHub, such as acme."],
		[{ org: "acme", repositories: "shop" }, "--repositories shop: give owner/name or owner/*, separated by commas."],
		[
			{ org: "acme", agents: "Rex" },
			"--agents Rex: give names in lower case with their fields, such as ferris:rust,atlas.",
		],
		[{ org: "acme", agents: "a:rust,b:rust" }, "--agents: two of them take rust."],
		[{ org: "acme", deploy: "nomad" }, "--deploy nomad: choose helm or kustomize."],
		[{ org: "acme", namespace: "CTO" }, "--namespace CTO: give the namespace of the CodeRun controller, such as cto."],
		[{ org: "acme", url: "healer" }, "--url healer: give the worker's address, such as https://healer.example.com."],
	])("writes nothing with %j", async (options, problem) => {
		const { code, problems } = await run({ yes: true, ...options });
		expect([code, problems[0]?.split("\n")[0]]).toEqual([2, problem]);
		expect(() => text("README.md")).toThrow();
	});
});
