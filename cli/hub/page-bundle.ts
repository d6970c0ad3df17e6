import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildOptions, OutputFile } from "esbuild";
import { cachedOr } from "../cache/disk-cache.ts";
import { readShippedSources } from "../pipeline-files.ts";
import { loadBundler } from "./bundler.ts";

/** Everything that it is made from but packages, whose version counts. */
const CODE = ["page", "packs", "pipeline", "prompts", "wire", "worker"];

const PAGE = path.join(import.meta.dirname, "../../page");

/** One file of the page as it is served. */
export interface PageFile {
	/** URL path: `/index.html`, `/assets/page-4F3A2B1C.js`. */
	readonly path: string;
	readonly type: string;
	readonly bytes: Uint8Array;
}

/** How every script of the page is built. */
const BROWSER = {
	bundle: true,
	write: false,
	outdir: "/assets",
	format: "esm",
	platform: "browser",
	target: ["es2024"],
	minify: true,
	legalComments: "none",
	logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * The page as browsers load it: a style sheet and a script, with parts that only some views load. Names contain a
 * content hash, so that browsers can cache them indefinitely.
 */
export async function bundlePage(): Promise<readonly PageFile[]> {
	const build = async () => (await buildPage()).map(asKept);
	const files = await cachedOr<readonly KeptFile[]>("page", { code: CODE, inputs: null }, build);
	return files.map(asServed);
}

/** In JSON, its bytes are in base64. */
interface KeptFile extends Omit<PageFile, "bytes"> {
	readonly base64: string;
}

function asKept({ bytes, ...file }: PageFile): KeptFile {
	return { ...file, base64: Buffer.from(bytes).toString("base64") };
}

function asServed({ base64, ...file }: KeptFile): PageFile {
	return { ...file, bytes: Buffer.from(base64, "base64") };
}

async function buildPage(): Promise<readonly PageFile[]> {
	const { build } = await loadBundler();
	const engine = await bundleEngine();
	const { outputFiles } = await build({
		...BROWSER,
		entryPoints: { page: path.join(PAGE, "main.tsx"), style: path.join(PAGE, "style/page.css") },
		entryNames: "page-[hash]",
		chunkNames: "part-[hash]",
		splitting: true,
		jsx: "automatic",
		jsxImportSource: "preact",
		define: { ENGINE_SCRIPT: JSON.stringify(engine.path) },
	});
	const built = outputFiles.map(served);
	const icon = await readFile(path.join(PAGE, "icon.svg"));
	const html = withNames(await readFile(path.join(PAGE, "index.html"), "utf8"), built);
	return [
		{ path: "/index.html", type: typeOf(".html"), bytes: new TextEncoder().encode(html) },
		{ path: "/assets/icon.svg", type: typeOf(".svg"), bytes: icon },
		engine,
		...built,
	];
}

/** The pipeline's build and engine with the shipped packs, which only edits and diffs load: page/engine. */
async function bundleEngine(): Promise<PageFile> {
	const { build } = await loadBundler();
	const { outputFiles } = await build({
		...BROWSER,
		entryPoints: { engine: path.join(PAGE, "engine/engine-worker.ts") },
		entryNames: "engine-[hash]",
		define: { SHIPPED_SOURCES: JSON.stringify(await readShippedSources()) },
	});
	const [script] = outputFiles;
	if (script === undefined) throw new Error("esbuild wrote no engine");
	return served(script);
}

function served({ path: file, contents }: OutputFile): PageFile {
	return { path: `/assets/${path.basename(file)}`, type: typeOf(file), bytes: contents };
}

/** Adds the content hashes to the names in `index.html`. */
function withNames(html: string, built: readonly Pick<PageFile, "path">[]): string {
	const entries = built.filter(({ path: name }) => name.startsWith("/assets/page-"));
	return entries.reduce((text, { path: name }) => text.replace(`/assets/page${path.extname(name)}`, name), html);
}

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
};

function typeOf(file: string): string {
	return TYPES[path.extname(file) || file] ?? "application/octet-stream";
}
