import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { promptsFolder, templateNames } from "../pipeline-files.ts";

/** Everything that a run of these cases reads: the pipeline, its prompts, the files of cases and those that they name. */
export async function watchedFiles(pipeline: string, cases: readonly string[]): Promise<readonly string[]> {
	const folder = promptsFolder(pipeline);
	const templates = (await templateNames(folder)).map((name) => path.join(folder, name));
	return [pipeline, ...templates, ...(await Promise.all(cases.map(withNamedFiles))).flat()];
}

async function withNamedFiles(file: string): Promise<readonly string[]> {
	try {
		const list: unknown = parse(await readFile(file, "utf8"));
		const named = Array.isArray(list) ? list.flatMap((item) => [item?.payload, item?.log_file]) : [];
		return [
			file,
			...named.filter((name) => typeof name === "string").map((name) => path.join(path.dirname(file), name)),
		];
	} catch {
		// While it is being edited, it may be no YAML; the run says so.
		return [file];
	}
}
