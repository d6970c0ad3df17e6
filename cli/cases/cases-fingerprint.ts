import path from "node:path";
import { parse } from "yaml";
import { fingerprint } from "../fingerprint.ts";
import { pipelineSources } from "../pipeline-files.ts";
import { readText } from "../read-input.ts";

/**
 * Returns the fingerprint of every file that a run of cases reads: the pipeline, its prompts, the case files and the
 * files that they name. Cheap enough to poll: the case files are parsed again only after one of them changed.
 */
export function createCasesFingerprint(pipeline: string): (cases: readonly string[]) => Promise<string> {
	let known: string | undefined;
	let named: readonly string[] = [];
	return async (cases) => {
		const own = await fingerprint([...(await pipelineSources(pipeline)), ...cases]);
		if (own !== known) named = (await Promise.all(cases.map(namedFiles))).flat();
		known = own;
		return `${own}\n${await fingerprint(named)}`;
	};
}

async function namedFiles(file: string): Promise<readonly string[]> {
	const text = await readText(file);
	if (!text.ok) return [];
	try {
		const list: unknown = parse(text.value);
		const named = Array.isArray(list) ? list.flatMap((item) => [item?.payload, item?.log_file]) : [];
		return named.filter((name) => typeof name === "string").map((name) => path.join(path.dirname(file), name));
	} catch {
		// During an edit it may be invalid YAML; the run reports that.
		return [];
	}
}
