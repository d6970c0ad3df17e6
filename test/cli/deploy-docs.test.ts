import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, commandsOf, readMarkdown, tableOf } from "../support/markdown.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const DOCS = ["docs/deploy.md", "docs/migration.md"];
const COMMANDS = DOCS.flatMap((file) => commandsOf(file));

function textOf(file: string): string {
	return readFileSync(path.join(ROOT, file), "utf8");
}

describe("docs/deploy.md and docs/migration.md", () => {
	it("name existing files", () => {
		const named = DOCS.flatMap((file) => [
			...readMarkdown(file).matchAll(/\b(?:deploy|docs|prompts)\/[\w./-]*\w|\b(?:pipeline\.yaml|wrangler\.toml)/g),
		]);
		const files = [...new Set(named.map(([file]) => file))];
		expect(files).toContain("deploy/relay/Dockerfile");
		expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
	});

	it("name existing scripts and commands", () => {
		const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf("package.json"));
		const run = COMMANDS.flatMap((line) => [...line.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script));
		expect(run.filter((script) => !(script in scripts))).toEqual([]);
		const healer = COMMANDS.flatMap((line) => [...line.matchAll(/npx healer (\w+)/g)].map(([, name = ""]) => name));
		const main = textOf("cli/main.ts");
		expect([...new Set(healer)].sort()).toEqual(["check", "doctor", "explain", "replay", "test"]);
		expect(healer.filter((name) => !main.includes(`.command("${name}")`))).toEqual([]);
	});

	it("create the resources that wrangler.toml binds, and the Secrets that the manifests use", () => {
		const wrangler = textOf("wrangler.toml");
		for (const [command, bound] of [
			["npx wrangler d1 create healer-journal", 'database_name = "healer-journal"'],
			["npx wrangler kv namespace create DEDUP", 'binding = "DEDUP"'],
			["npx wrangler queues create healer-wakeups", 'queue = "healer-wakeups"'],
			["npx wrangler queues create healer-deliveries ", 'queue = "healer-deliveries"'],
			["npx wrangler queues create healer-deliveries-dead ", 'dead_letter_queue = "healer-deliveries-dead"'],
		] as const) {
			expect(COMMANDS.some((line) => line.startsWith(command))).toBe(true);
			expect(wrangler).toContain(bound);
		}
		const made = COMMANDS.flatMap((line) => [...line.matchAll(/create secret generic (\S+) --from-\w+=([\w.]+)=/g)]);
		expect(made.map(([, name, key]) => `${name} ${key}`)).toEqual([
			"healer-relay HEALER_WIRE_SECRETS",
			"healer-tunnel credentials.json",
			"healer-api authorization",
		]);
	});

	it("migrate before they deploy", () => {
		const steps = commandsOf("docs/deploy.md").filter((line) => /migrations apply|wrangler deploy/.test(line));
		expect(steps[0]).toBe("npx wrangler d1 migrations apply healer-journal --remote");
		expect(steps[1]).toMatch(/^npx wrangler deploy\b/);
	});

	it("name every secret of the worker", () => {
		const [, ...secrets] = tableOf("docs/deploy.md", "| secret | where it comes from | who has it |").map(
			([name]) => name,
		);
		expect(secrets.slice(0, -1)).toEqual([
			"HEALER_SENSOR_TOKENS",
			"HEALER_READ_TOKENS",
			"HEALER_OPERATE_TOKENS",
			"HEALER_ADMIN_TOKENS",
			"HEALER_API_TOKEN",
			"HEALER_WIRE_SECRETS",
			"GITHUB_PRIVATE_KEY",
		]);
		const noSecrets = /^(RELAY_URL|HEALER_URL|HEALER_LOOPBACK|HEALER_SINK|GITHUB_APP_ID|GITHUB_API_URL|CF_ACCESS_.*)$/;
		const settings = [...textOf("worker/env.ts").matchAll(/readonly ([A-Z_]+)\?: string;/g)].map(([, name]) => name);
		expect(settings.filter((name) => name !== undefined && !noSecrets.test(name)).sort()).toEqual([
			"GITHUB_PRIVATE_KEY",
			"GITHUB_WEBHOOK_SECRET",
			"HEALER_ADMIN_TOKENS",
			"HEALER_API_TOKEN",
			"HEALER_OPERATE_TOKENS",
			"HEALER_READ_TOKENS",
			"HEALER_SENSOR_TOKENS",
			"HEALER_WIRE_SECRETS",
		]);
	});

	it("have only shell blocks, apart from the picture, the chart's values and the sensors", () => {
		const languages = DOCS.flatMap(blocksOf).map(({ language }) => language);
		expect(languages.filter((language) => !["text", "sh"].includes(language))).toEqual(["yaml", "yaml", "yaml"]);
	});
});
