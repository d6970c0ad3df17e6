import { describe, expect, it } from "vitest";
import { buildArtefact } from "../../../pipeline/build/build-artefact.ts";
import type { Pack } from "../../../pipeline/build/packs/pack.ts";
import { goodSources } from "./diagnostic-cases.ts";

/** The good pipeline, its stages in a pack and the rest in the file that extends it. */
const [OWN = "", STAGES = ""] = [cut("version: 1", "events:"), cut("events:", "route:")];
const ROUTE = cut("route:", undefined);
const GOOD = `${OWN}extends: [./pack]\n${ROUTE}`;

function cut(from: string, to: string | undefined): string {
	const { text } = goodSources;
	return text.slice(text.indexOf(from), to === undefined ? undefined : text.indexOf(to));
}

function build(text: string, pack: Pack | string = STAGES, prompts = goodSources) {
	const files = typeof pack === "string" ? { files: [{ file: "/packs/pack/all.yaml", text: pack }] } : pack;
	return buildArtefact({ ...prompts, text, packs: { "./pack": files } });
}

function problems(...given: Parameters<typeof build>): readonly string[] {
	const built = build(...given);
	return built.ok
		? []
		: built.diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

describe("a pipeline that extends a pack", () => {
	it("builds what one file with all of it builds", () => {
		expect(build(GOOD)).toEqual(buildArtefact(goodSources));
	});

	it("builds the same from several files of a folder", () => {
		const [events, others] = [STAGES.slice(0, STAGES.indexOf("filters:")), STAGES.slice(STAGES.indexOf("filters:"))];
		const files = [
			{ file: "/packs/pack/a.yaml", text: events },
			{ file: "/packs/pack/b.yaml", text: others },
		];
		expect(build(GOOD, { files })).toEqual(buildArtefact(goodSources));
	});

	it("has another version when the pack changes", () => {
		const [one, other] = [build(GOOD), build(GOOD, STAGES.replace("'30m'", "'31m'"))];
		expect(one.ok && other.ok && one.artefact.version !== other.artefact.version).toBe(true);
		const commented = build(GOOD, `# A comment moves every line.\n${STAGES}`);
		expect(commented).toEqual(one);
	});

	it("reports what is wrong in a pack at its place there", () => {
		const pack = STAGES.replace("kind: ci\n", "kind: cii\n")
			.replace("ttl: 10m", "ttl: 1s")
			.replace("$settings.repositories", "$settings.repoistories")
			.replace("    while_active: true", "    while_activ: true");
		expect(problems(GOOD, pack)).toEqual([
			"/packs/pack/all.yaml:4:11 `kind` cannot be `cii`. Did you mean `ci`?",
			"/packs/pack/all.yaml:18:39 `$settings` has no field `repoistories`. Did you mean `repositories`?",
			"/packs/pack/all.yaml:23:10 `1s`: a claim holds at least 60s, the minimum of KV, and at most 30d.",
			"/packs/pack/all.yaml:24:5 `dedup[0]` has no key `while_activ`. Did you mean `while_active`?",
		]);
	});

	it("reports what is wrong in the file itself at its place, though a pack's items follow", () => {
		const text = `${GOOD}filters:\n  - { name: mine, keep: "$globb(repository, 'a')" }\n`;
		expect(problems(text)).toEqual([
			expect.stringMatching(/^pipeline\.yaml:51:26 There is no function `\$globb`\. Did you mean `\$glob`\?$/),
		]);
	});

	it("reports what a file changes in an entry of a pack, in the file", () => {
		const text = `${GOOD}context:\n  loki: { timeout: 5h }\n`;
		expect(problems(text)).toEqual([
			"pipeline.yaml:51:20 `5h`: a source in the cluster has at least 1s and at most 1m.",
		]);
	});

	it("reports every file that is not YAML, and nothing else", () => {
		expect(problems(GOOD, "events: [\n")).toEqual([expect.stringMatching(/^\/packs\/pack\/all\.yaml:\d+:\d+ YAML: /)]);
	});

	it.each([
		["unknown", { problem: "unknown", shipped: ["healer/github", "healer/tools"] } as const, "healer/gihub"],
		["neither", { problem: "no_path", shipped: ["healer/github", "healer/tools"] } as const, "github"],
		["missing", { problem: "missing" } as const, "./pack"],
		["empty", { problem: "empty" } as const, "./pack"],
		["itself", { problem: "itself" } as const, "./pipeline.yaml"],
		["unreadable", { problem: "unreadable", why: "Cannot read /x: permission denied." } as const, "./x"],
	])("reports an entry of extends that is %s", (_, pack, name) => {
		const text = `version: 1\nextends:\n  - ${name}\n`;
		const built = buildArtefact({ ...goodSources, text, packs: { [name]: pack } });
		const expected: Record<string, string> = {
			unknown: "Healer has no pack `healer/gihub`. Did you mean `healer/github`?",
			no_path: "`github` is neither a pack of Healer, healer/NAME, nor a path, ./NAME. Did you mean `healer/github`?",
			missing: "There is no file or folder `./pack`. Paths are relative to this file.",
			empty: "The folder `./pack` holds no *.yaml. Its sub-folders are not read.",
			itself: "`./pipeline.yaml` is or holds this file: a file cannot extend itself.",
			unreadable: "Cannot read /x: permission denied.",
		};
		const allowed = pack.problem === "unknown" ? { allowed: pack.shipped } : {};
		expect(built).toEqual({
			ok: false,
			diagnostics: [
				{ file: "pipeline.yaml", line: 3, column: 5, text: name, message: expected[pack.problem], ...allowed },
			],
		});
	});

	it("refuses a pack that extends, disables or is no map", () => {
		expect(problems(GOOD, `${STAGES}extends: [healer/github]\ndisable: [branch]\n`)).toEqual([
			"/packs/pack/all.yaml:46:1 A pack cannot extend others. List them all in the file that extends this one.",
			"/packs/pack/all.yaml:47:1 A pack cannot disable. Only the file that extends it can.",
		]);
		expect(problems(GOOD, "- name: a\n")).toEqual([
			"/packs/pack/all.yaml:1:1 A pack is keys with values, such as `filters:` or `tools:`.",
		]);
	});

	it("refuses a pack that is named twice, and what is no list", () => {
		expect(problems(GOOD.replace("[./pack]", "[./pack, ./pack]"))).toEqual([
			"pipeline.yaml:17:19 `./pack` is already extended above. Leave one out.",
		]);
		expect(problems(GOOD.replace("[./pack]", "./pack"))).toEqual([
			"pipeline.yaml:17:10 `extends` is a list of packs, such as [healer/github, ./our-tools.yaml].",
		]);
	});
});

describe("prompts of packs", () => {
	const { prompts, ...rest } = goodSources;
	const { "rust-fix": rust = "", ...own } = prompts;

	it("are used when an agent needs them, and the rest is left out", () => {
		const packPrompts = { "rust-fix": rust, "go-fix": "Not needed, and wrong: {{nothing}}" };
		expect(buildArtefact({ ...rest, prompts: own, packPrompts })).toEqual(buildArtefact(goodSources));
	});

	it("are overridden by name", () => {
		const built = buildArtefact({ ...goodSources, packPrompts: { "rust-fix": "Another one." } });
		expect(built).toEqual(buildArtefact(goodSources));
	});

	it("may be named with their folder", () => {
		const text = goodSources.text.replace("prompt: rust-fix", "prompt: prompts/rust-fix");
		expect(buildArtefact({ ...goodSources, text })).toEqual(buildArtefact(goodSources));
	});
});
