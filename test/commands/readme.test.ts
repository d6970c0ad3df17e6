import { cpSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { type PipelineFiles, readPipelineFiles } from "../../cli/pipeline-files.ts";
import { test } from "../../cli/test.ts";
import { buildArtefact } from "../../pipeline/build/index.ts";
import { type Artefact, decide, loadPipeline, readDelivery } from "../../pipeline/index.ts";
import { emptyFolder, pipelineFolder, write } from "../cli/pipeline-folder.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { goodSources } from "../pipeline/build/diagnostic-cases.ts";
import { blocksOf, type MarkdownBlock } from "../support/markdown.ts";

type Prompts = Readonly<Record<string, string>>;

const ROOT = path.join(import.meta.dirname, "../..");
const FILES = ["README.md", "docs/pipeline.md"];
const BLOCKS = FILES.flatMap(blocksOf);
const YAML = BLOCKS.filter(({ language }) => language === "yaml");
const WHOLE = YAML.filter(({ text }) => text.startsWith("version: 1"));
const EXTENDING = WHOLE.filter(({ text }) => text.includes("\nextends: "));
const ALONE = WHOLE.filter((block) => !EXTENDING.includes(block));
const CASES = YAML.filter(({ text }) => text.startsWith("- "));
const STAGES = YAML.filter((block) => !WHOLE.includes(block) && !CASES.includes(block));

describe("README example", () => {
	let shipped: PipelineFiles;
	beforeAll(async () => {
		const files = await readPipelineFiles(path.join(ROOT, "pipeline.yaml"));
		if (!files.ok) throw new Error(files.problem);
		shipped = files.value;
	});

	it.each(named(ALONE))("%s is a pipeline that builds with the shipped prompts", (_at, { text }) => {
		expect(buildArtefact({ text, prompts: promptsUsed(text, shipped.prompts) })).toMatchObject({ ok: true });
	});

	it.each(named(EXTENDING))(
		"%s is a pipeline that builds on its packs, in a folder of its own",
		async (_at, { text }) => {
			expect(await loadGoodPipeline(write(emptyFolder(), "pipeline.yaml", text))).toMatchObject({ ok: true });
		},
	);

	it.each(named(STAGES))("%s builds within a valid pipeline", (_at, { text }) => {
		const whole = stringify({ ...parse(goodSources.text), ...parse(text) });
		expect(buildArtefact({ ...goodSources, text: whole })).toMatchObject({ ok: true });
	});

	it.each(named(BLOCKS.filter(({ language }) => language === "mustache")))("%s is a valid prompt", (_at, { text }) => {
		const prompts = { ...goodSources.prompts, "rust-fix": text };
		expect(buildArtefact({ ...goodSources, prompts })).toMatchObject({ ok: true });
	});

	it.each(named(CASES))("%s contains passing cases", async (_at, { text }) => {
		const pipeline = pipelineFolder();
		const cases = path.join(path.dirname(pipeline), "test/cases");
		for (const files of ["payloads", "logs"]) {
			cpSync(path.join(ROOT, "test/cases", files), path.join(cases, files), { recursive: true });
		}
		write(cases, "pipeline/documented.yaml", text);
		const output = recordedOutput();
		await test([], { pipeline }, output);
		expect(output.problems).toEqual([]);
		const { length } = parse(text);
		expect(output.lines.at(-1)).toBe(`${length} of ${length} cases passed.`);
	});

	it("has every kind of block, so that none stays untested", () => {
		expect([ALONE, EXTENDING, STAGES, CASES].filter((blocks) => blocks.length === 0)).toEqual([]);
		expect(new Set(BLOCKS.map(({ language }) => language))).toEqual(new Set(["yaml", "mustache", "sh", "mermaid"]));
	});

	describe("the pipeline of the README", () => {
		const failedRun = (repository: string) => ({
			action: "completed",
			repository: { full_name: repository },
			workflow_run: { id: 4711, conclusion: "failure", head_branch: "main", html_url: "https://github.com/a/b" },
		});
		const read = async (repository: string) =>
			readDelivery(loadPipeline(await readme()), {
				event: "workflow_run",
				delivery_id: "1",
				payload: failedRun(repository),
			});

		async function readme(): Promise<Artefact> {
			const [block] = WHOLE;
			const built = await loadGoodPipeline(write(emptyFolder(), "pipeline.yaml", block?.text ?? ""));
			if (!built.ok) throw new Error(built.problem);
			return built.value;
		}

		it("sends a failed run of its repositories to atlas", async () => {
			const reading = await read("acme/shop");
			if (reading.outcome !== "incident") throw new Error("no incident");
			const decision = await decide(loadPipeline(await readme()), {
				incident: reading.incident,
				context: {},
				attempt: 1,
			});
			expect(decision).toMatchObject({
				agent: "atlas",
				coderun: { spec: { githubApp: "Acme-Atlas", docsRepositoryUrl: "https://github.com/acme/shop" } },
			});
		});

		it("ignores other repositories", async () => {
			expect(await read("other/shop")).toMatchObject({ reason: { kind: "filtered", filter: "allowed-repository" } });
		});
	});
});

function named(blocks: readonly MarkdownBlock[]): [string, MarkdownBlock][] {
	return blocks.map((block) => [block.at, block]);
}

/** The templates of this pipeline's agents, with the partials that they include. */
function promptsUsed(text: string, prompts: Prompts): Prompts {
	const { agents } = parse(text) as { agents: Record<string, { prompt: string }> };
	const used = new Set(Object.values(agents).map(({ prompt }) => prompt));
	for (const name of used) {
		for (const [, partial = ""] of prompts[name]?.matchAll(/\{\{> *(\w+)/g) ?? []) used.add(partial);
	}
	return Object.fromEntries([...used].map((name) => [name, prompts[name] ?? ""]));
}
