import path from "node:path";
import { build } from "esbuild";

const MAIN = path.join(import.meta.dirname, "..", "relay", "main.ts");

/** What of the relay's dependencies was written for CommonJS still asks for `require`. */
const REQUIRE = 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';

/** The relay as one ES module that needs nothing but Node: what its container image holds, and all it holds. */
export async function bundleRelay(): Promise<string> {
	const result = await build({
		entryPoints: [MAIN],
		bundle: true,
		write: false,
		format: "esm",
		platform: "node",
		target: "node24",
		banner: { js: REQUIRE },
		// Names are kept whole: they stand in stack traces, which are logged.
		minify: false,
		legalComments: "none",
		logLevel: "silent",
	});
	return result.outputFiles[0]?.text ?? "";
}
