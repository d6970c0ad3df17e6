import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" })
	.trim()
	.split("\n")
	.filter((file) => existsSync(path.join(ROOT, file)));

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** As GitHub makes a heading's anchor. https://docs.github.com/en/get-started/writing-on-github#section-links */
function anchorsOf(markdown: string): ReadonlySet<string> {
	const headings = markdown.replaceAll(/^```.*?^```/gms, "").match(/^#+ .*$/gm) ?? [];
	const slugs = headings.map((heading) =>
		heading
			.replace(/^#+ /, "")
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, "")
			.trim()
			.replaceAll(" ", "-"),
	);
	// A heading that stands twice is numbered from the second on.
	return new Set(slugs.map((slug, at) => (slugs.indexOf(slug) === at ? slug : `${slug}-${repeats(slugs, at)}`)));
}

function repeats(slugs: readonly string[], at: number): number {
	return slugs.slice(0, at).filter((slug) => slug === slugs[at]).length;
}

/** Undefined where the link leads somewhere. */
function problemOf(from: string, target: string): string | undefined {
	const [file = "", anchor] = target.split("#");
	const to = file === "" ? from : path.posix.join(path.posix.dirname(from), file);
	if (!existsSync(path.join(ROOT, to))) return `${from}: ${target} does not exist`;
	if (anchor === undefined || !to.endsWith(".md")) return undefined;
	return anchorsOf(read(to)).has(anchor) ? undefined : `${from}: ${to} has no heading #${anchor}`;
}

describe("links", () => {
	it("lead somewhere from every page", () => {
		const pages = files.filter((file) => file.endsWith(".md") && !file.startsWith("test/"));
		expect(pages.length).toBeGreaterThan(15);
		const problems = pages.flatMap((page) =>
			[...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].flatMap(
				([, target = ""]) => problemOf(page, target) ?? [],
			),
		);
		expect(problems).toEqual([]);
	});

	it("lead somewhere from every comment", () => {
		const sources = files.filter(
			(file) => /\.(?:ts|tsx|sql|yaml|toml)$/.test(file) && !/^test\/(?:cases|lint|support)\//.test(file),
		);
		const problems = sources.flatMap((file) =>
			[...read(file).matchAll(/\bdocs\/[a-z]+\.md(?:#[a-z0-9_-]+)?/g)].flatMap(
				([target]) => problemOf("README.md", target) ?? [],
			),
		);
		expect(problems.toSorted()).toEqual([]);
	});
});

describe("docs/architecture.md", () => {
	it("names only files and folders that exist", () => {
		const names = [...read("docs/architecture.md").matchAll(/`([a-z-]+(?:\/[A-Za-z0-9_.-]+)*\/?)`/g)].flatMap(
			([, name = ""]) => (/[/]|\.(?:ts|md|yaml)$/.test(name) ? [name] : []),
		);
		const places = ["", "worker/", "worker/context/github/", "worker/commands/"];
		const missing = names.filter((name) => !places.some((place) => existsSync(path.join(ROOT, place + name))));
		expect(names.length).toBeGreaterThan(60);
		expect(missing).toEqual([]);
	});
});
