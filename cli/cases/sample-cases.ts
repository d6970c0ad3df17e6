import path from "node:path";
import type { Artefact } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { readText } from "../read-input.ts";
import type { PipelineCase } from "./case-file.ts";

/** What a sample is of, where it was not run: `# from the sources of Foo: ...`. It is no part of the log. */
const COMMENT = /^# .*\n/;

export interface SampleCase {
	readonly file: string;
	readonly given: PipelineCase;
}

/**
 * The samples of the tools as cases: each gives its failure's type. `own`: the folders whose samples are run; `others`: where
 * other packs have theirs.
 */
export async function sampleCases(
	{ tools }: Artefact,
	folders: Readonly<Record<"own" | "others", readonly string[]>>,
): Promise<Result<readonly SampleCase[]>> {
	const cases: SampleCase[] = [];
	for (const { tool, field, failures } of tools) {
		for (const { type, samples } of failures) {
			for (const sample of samples) {
				const found = await findSample(sample, folders.own);
				if (found === undefined) {
					if ((await findSample(sample, folders.others)) !== undefined) continue;
					return fail(`The tool ${tool} has a sample that is in none of its packs: ${sample}.`);
				}
				const given: PipelineCase = {
					name: `${tool}, as it fails`,
					incident: {},
					log: found.text.replace(COMMENT, ""),
					expect: { failure_type: type, failure_category: field },
				};
				cases.push({ file: found.file, given });
			}
		}
	}
	return ok(cases);
}

async function findSample(sample: string, folders: readonly string[]) {
	for (const folder of folders) {
		const file = path.join(folder, sample);
		const text = await readText(file);
		if (text.ok) return { file, text: text.value };
	}
	return undefined;
}
