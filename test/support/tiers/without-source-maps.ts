import { readFile } from "node:fs/promises";
import type { Plugin } from "vitest/config";

const SCRIPT_OF_A_PACKAGE = /\/node_modules\/.*\.m?js$/;

/**
 * Packages name source maps whose sources they do not ship, and Vite warns about each. Nobody steps through those here.
 */
export function withoutSourceMaps(): Plugin {
	return {
		name: "without-source-maps-of-packages",
		enforce: "pre",
		async load(id) {
			if (!SCRIPT_OF_A_PACKAGE.test(id)) return undefined;
			const code = await readFile(id, "utf8");
			return { code: code.replace(/^\/\/# sourceMappingURL=.*$/gm, ""), map: null };
		},
	};
}
