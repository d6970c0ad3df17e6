import path from "node:path";
import type { Plugin } from "esbuild";
import { build } from "esbuild";
import type { Artefact } from "../../pipeline/artefact.ts";

const WORKER = path.join(import.meta.dirname, "../../worker/index.ts");
const ARTEFACT_MODULE = /\/dist\/pipeline\.json$/;

/**
 * The worker as one ES module, with this artefact instead of `dist/pipeline.json`, bundled the way wrangler does it:
 * the runtime's own modules stay imports.
 */
export async function bundleWorker(
	artefact: Artefact,
	options: { readonly minify?: boolean; readonly entry?: string } = {},
): Promise<string> {
	const result = await build({
		entryPoints: [options.entry ?? WORKER],
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		platform: "neutral",
		conditions: ["workerd", "worker", "browser"],
		mainFields: ["browser", "module", "main"],
		external: ["node:*", "cloudflare:*"],
		minify: options.minify ?? false,
		legalComments: "none",
		logLevel: "silent",
		plugins: [givenArtefact(artefact)],
	});
	return result.outputFiles[0]?.text ?? "";
}

function givenArtefact(artefact: Artefact): Plugin {
	return {
		name: "given-artefact",
		setup(on) {
			on.onResolve({ filter: ARTEFACT_MODULE }, ({ path: module }) => ({ path: module, namespace: "artefact" }));
			on.onLoad({ filter: /.*/, namespace: "artefact" }, () => ({
				contents: JSON.stringify(artefact),
				loader: "json",
			}));
		},
	};
}
