import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/**
 * Builds `dist/pipeline.json` from the repository's own pipeline before the tests, as `healer build` does:
 * the worker imports it.
 */
export default async function buildArtefactForTests(): Promise<void> {
	if (!existsSync(new URL("pipeline/index.ts", root))) return;
	const { buildArtefact } = await import("../../pipeline/build/index.ts");
	const text = await readFile(new URL("pipeline.yaml", root), "utf8");
	const built = buildArtefact({ text, prompts: await readPrompts() });
	if (!built.ok) throw new Error(`pipeline.yaml does not build: ${JSON.stringify(built.mistakes, null, "\t")}`);
	const wanted = JSON.stringify(built.artefact);
	const target = new URL("dist/pipeline.json", root);
	await mkdir(new URL("dist/", root), { recursive: true });
	if (existsSync(target) && (await readFile(target, "utf8")) === wanted) return;
	await writeFile(target, wanted);
}

async function readPrompts(): Promise<Record<string, string>> {
	const folder = fileURLToPath(new URL("prompts/", root));
	const names = (await readdir(folder)).filter((name) => name.endsWith(".mustache")).sort();
	const texts = names.map(async (name) => [
		name.slice(0, -".mustache".length),
		await readFile(`${folder}${name}`, "utf8"),
	]);
	return Object.fromEntries(await Promise.all(texts));
}
