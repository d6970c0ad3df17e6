import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const text = readFileSync(path.join(ROOT, "docs/security.md"), "utf8");
const threats = text.slice(text.indexOf("## Threats"), text.indexOf("## The relay limits the worker"));

const rows = threats
	.split("\n")
	.filter((line) => line.startsWith("| ") && !line.startsWith("| who ") && !line.startsWith("| --- "))
	.map((line) => ({ line, tests: [...line.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => String(file)) }));

describe("docs/security.md", () => {
	it("names in each threat a test that shows it", () => {
		expect(rows.length).toBeGreaterThan(20);
		expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
		const named = rows.flatMap(({ tests }) => tests);
		expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
	});

	it("has a threat for each attack among the tests", () => {
		const attacks = globSync("test/attacks/**/*.test.ts", { cwd: ROOT });
		expect(attacks.length).toBeGreaterThan(10);
		expect(attacks.filter((file) => !threats.includes(file))).toEqual([]);
	});
});
