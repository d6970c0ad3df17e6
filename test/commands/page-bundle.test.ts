import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundlePage } from "../../cli/hub/page-bundle.ts";

const KIB = 1024;

it("keeps what every view loads small, and the engine with its packs apart from it", async () => {
	const files = await bundlePage();
	const textOf = (name: RegExp) => {
		const found = files.find(({ path }) => name.test(path));
		return new TextDecoder().decode(found?.bytes);
	};
	const html = textOf(/index\.html$/);
	const [script, style, engine] = [textOf(/\/page-\w+\.js$/), textOf(/\.css$/), textOf(/\/engine-\w+\.js$/)];
	expect(gzipSync(script).length).toBeLessThan(40 * KIB);
	expect(gzipSync(style).length).toBeLessThan(8 * KIB);
	expect(gzipSync(engine).length).toBeLessThan(512 * KIB);
	expect(engine).toContain("packs/tools/rust.yaml");
	expect(script).not.toContain("packs/tools/rust.yaml");
	expect(html).not.toContain("engine-");
	// No path of the machine that built it.
	expect(engine).not.toContain(process.cwd());
});
