import { readFileSync } from "node:fs";

/** A fenced block: its info string and its text. */
export interface MarkdownBlock {
	/** `README.md:12`, for test names. */
	readonly at: string;
	/** The heading of second level that it is under, without `## `; empty before the first. */
	readonly section: string;
	readonly language: string;
	readonly text: string;
}

const ROOT = new URL("../../", import.meta.url);

/** A file of the repository, by its path from the root. */
export function readMarkdown(file: string): string {
	return readFileSync(new URL(file, ROOT), "utf8");
}

export function blocksOf(file: string): readonly MarkdownBlock[] {
	const markdown = readMarkdown(file);
	return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ index, 1: language = "", 2: text = "" }) => {
		const before = markdown.slice(0, index);
		const section = [...before.matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? "";
		return { at: `${file}:${before.split("\n").length}`, section, language, text };
	});
}

/** The lines of the shell blocks, in order, without comments; those of these sections alone, if given. */
export function commandsOf(file: string, sections = /(?:)/): readonly string[] {
	const blocks = blocksOf(file).filter(({ language, section }) => language === "sh" && sections.test(section));
	const lines = blocks.flatMap(({ text }) => text.split("\n"));
	return lines.map((line) => line.replace(/\s+# .*$/, "")).filter((line) => line !== "");
}

/** The rows of the table under this heading, cell by cell, as rendered: code without backticks. */
export function tableOf(file: string, heading: string): readonly (readonly string[])[] {
	const lines = readMarkdown(file).split("\n");
	const start = lines.indexOf(heading);
	if (start === -1) throw new Error(`${file} has no table ${heading}`);
	const rows = lines.slice(start + 2);
	const end = rows.findIndex((line) => !line.startsWith("|"));
	return rows.slice(0, end).map(cellsOf);
}

function cellsOf(row: string): string[] {
	const cells = row.split(/(?<!\\)\|/).slice(1, -1);
	return cells.map((cell) =>
		cell
			.trim()
			.replaceAll("\\|", "|")
			.replace(/^`([^`]*)`$/, "$1"),
	);
}
