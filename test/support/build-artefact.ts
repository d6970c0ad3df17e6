import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";

const root = new URL("../../", import.meta.url);

/** Builds `dist/pipeline.json` from the repository's own pipeline before the tests, like `healer build`. */
export default async function buildArtefact(): Promise<void> {
	const built = await loadGoodPipeline(fileURLToPath(new URL("pipeline.yaml", root)));
	if (!built.ok) throw new Error(built.problem);
	const target = new URL("dist/pipeline.json", root);
	const wanted = JSON.stringify(built.value);
	// An unchanged file stays untouched, so the worker's modules are not reloaded.
	if ((await readFile(target, "utf8").catch(() => "")) === wanted) return;
	await mkdir(new URL("dist/", root), { recursive: true });
	await writeFile(target, wanted);
}
