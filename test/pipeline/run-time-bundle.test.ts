import { build } from "esbuild";
import { expect, it } from "vitest";

it("keeps the grammar, the build and the YAML reader out of the worker", async () => {
	const { metafile } = await build({
		entryPoints: [new URL("../../pipeline/index.ts", import.meta.url).pathname],
		bundle: true,
		write: false,
		metafile: true,
		format: "esm",
		platform: "neutral",
		mainFields: ["browser", "module", "main"],
		external: ["node:*"],
		logLevel: "silent",
	});
	const files = Object.keys(metafile.inputs);
	expect(files).toContain("pipeline/stages/load-pipeline.ts");
	expect(files.filter((file) => /pipeline\/(?:grammar|build)\/|node_modules\/(?:yaml|zod)\//.test(file))).toEqual([]);
});
