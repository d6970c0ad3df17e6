import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const PAGE = path.join(import.meta.dirname, "../../page");

/** One file of the page as it is served. */
export interface PageFile {
	/** URL path: `/index.html`, `/assets/page-4F3A2B1C.js`. */
	readonly path: string;
	readonly type: string;
	readonly bytes: Uint8Array;
}

/**
 * The page as browsers load it: a style sheet and a script, with parts that only some views load. Names contain a
 * content hash, so that browsers can cache them indefinitely.
 */
export async function bundlePage(): Promise<readonly PageFile[]> {
	const { outputFiles } = await build({
		entryPoints: { page: path.join(PAGE, "main.tsx"), style: path.join(PAGE, "style/page.css") },
		bundle: true,
		write: false,
		outdir: "/assets",
		entryNames: "page-[hash]",
		chunkNames: "part-[hash]",
		splitting: true,
		format: "esm",
		platform: "browser",
		target: ["es2024"],
		jsx: "automatic",
		jsxImportSource: "preact",
		minify: true,
		legalComments: "none",
		logLevel: "silent",
	});
	const built = outputFiles.map(({ path: file, contents }) => ({
		path: `/assets/${path.basename(file)}`,
		type: typeOf(file),
		bytes: contents,
	}));
	const icon = await readFile(path.join(PAGE, "icon.svg"));
	const html = withNames(await readFile(path.join(PAGE, "index.html"), "utf8"), built);
	return [
		{ path: "/index.html", type: typeOf(".html"), bytes: new TextEncoder().encode(html) },
		{ path: "/assets/icon.svg", type: typeOf(".svg"), bytes: icon },
		...built,
	];
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
