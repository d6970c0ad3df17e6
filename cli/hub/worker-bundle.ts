import path from "node:path";
import type { Plugin } from "esbuild";
import type { Artefact } from "../../pipeline/artefact.ts";
import { cachedOr } from "../cache/disk-cache.ts";
import { loadBundler } from "./bundler.ts";

/** The folders that its imports may lead to (lint/imports.ts); of packages the version counts. */
const CODE = ["pipeline", "wire", "worker"];
const WORKER = path.join(import.meta.dirname, "../../worker/index.ts");
const LOCAL_WORKER = path.join(import.meta.dirname, "../../worker/local/index.ts");
const ARTEFACT_MODULE = /\/dist\/pipeline\.json$/;

/**
 * The worker as one ES module, with this artefact instead of `dist/pipeline.json`, bundled the way wrangler does it:
 * the runtime's own modules stay imports.
 */
export async function bundleWorker(
	artefact: Artefact,
	options: { readonly minify?: boolean; readonly entry?: string } = {},
): Promise<string> {
	const { entry = WORKER, minify = false } = options;
	const from = { code: CODE, inputs: { entry, minify, artefact } };
	return await cachedOr(
		"worker",
		from,
		() => bundle(entry, minify, [givenArtefact(artefact)]),
		() => isOfWorker(entry),
	);
}

/** The local hub's bindings, which take the place of the platform's (`worker/local`). */
export async function bundleLocalWorker(): Promise<string> {
	return await cachedOr("local", { code: CODE, inputs: null }, () => bundle(LOCAL_WORKER, false, []));
}

/** Others, such as a test's, may import what is in none of those folders. */
function isOfWorker(entry: string): boolean {
	return path.dirname(entry) === path.dirname(WORKER);
}

async function bundle(entry: string, minify: boolean, plugins: Plugin[]): Promise<string> {
	const { build } = await loadBundler();
	const result = await build({
		entryPoints: [entry],
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		platform: "neutral",
		conditions: ["workerd", "worker", "browser"],
		mainFields: ["browser", "module", "main"],
		external: ["node:*", "cloudflare:*"],
		// miniflare copies the script once for each few kilobytes of its configuration. Names stay for stack traces.
		minifyWhitespace: true,
		minifySyntax: true,
		minifyIdentifiers: minify,
		legalComments: "none",
		logLevel: "silent",
		plugins,
	});
	return result.outputFiles[0]?.text ?? "";
}

function givenArtefact(artefact: Artefact): Plugin {
	return {
		name: "given-artefact",
		setup(on) {
			// One path for all: as they import it, it would be in the script as often as there are folders that do.
			on.onResolve({ filter: ARTEFACT_MODULE }, () => ({ path: "pipeline.json", namespace: "artefact" }));
			on.onLoad({ filter: /.*/, namespace: "artefact" }, () => ({
				contents: JSON.stringify(artefact),
				loader: "json",
			}));
		},
	};
}
