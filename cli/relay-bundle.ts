import path from "node:path";
import { build } from "esbuild";

const MAIN = path.join(import.meta.dirname, "..", "relay", "main.ts");

/** CommonJS dependencies of the relay still call `require`. */
const REQUIRE = 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';

/** The relay as one ES module that needs only Node: the whole content of its container image. */
export async function bundleRelay(): Promise<string> {
	const result = await build({
		entryPoints: [MAIN],
		bundle: true,
		write: false,
		format: "esm",
		platform: "node",
		target: "node24",
		banner: { js: REQUIRE },
		// Keep names: they appear in stack traces, which are logged.
		minify: false,
		legalComments: "none",
		logLevel: "silent",
	});
	return result.outputFiles[0]?.text ?? "";
}
