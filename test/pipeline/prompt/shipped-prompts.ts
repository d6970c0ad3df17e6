import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { compilePrompts, type Prompts } from "../../../pipeline/prompt/compile-prompts.ts";

const FOLDER = path.join(import.meta.dirname, "../../../prompts");

/** The templates in `prompts/`, read like the build does. */
export function shippedPrompts(): Prompts {
	const files = readdirSync(FOLDER).filter((name) => name.endsWith(".mustache"));
	const texts = files.map((name) => [path.basename(name, ".mustache"), readFileSync(path.join(FOLDER, name), "utf8")]);
	return compilePrompts(Object.fromEntries(texts));
}
