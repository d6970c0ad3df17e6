import { looksRandom } from "./looks-random.ts";
import { isPlainValue } from "./plain-value.ts";
import { MARK_START } from "./redaction-mark.ts";
import { SECRET_WORD, secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** Columns of secrets with their kinds. */
export interface Table {
	/** Whether the columns are numbers of cells between bars, or where a column begins. */
	readonly by: "cell" | "place";
	readonly columns: ReadonlyMap<number, string>;
}

const BAR = /[|│┃║]/;
/** Shell pipes and alternatives of a pattern have no bar at their beginning. */
const ROW = /^\s*(?:\d{4}-\S{1,40}\s{1,4})?[|│┃║](?!\|)/;
const RULE_LINE = /^[\s|+:=─━═┼├┤│┃║╪╞╡┿┠┨╋┣┫╟╢╫-]{3,}$/;
const NAME = /^[\w.-]{1,80}(?: [\w.-]{1,30}){0,2}$/;
const MOST_CELLS = 64;
const LONGEST_WORD = 4096;
const CAPITALS = /^(?=.{0,400}$)\s{0,20}[A-Z][A-Z0-9_()-]{0,40}(?:\s{1,60}[A-Z][A-Z0-9_()-]{0,40}){1,20}\s{0,20}$/;

interface Cell {
	readonly from: number;
	readonly text: string;
}

/** A table whose header names a secret: the line is its header if a rule follows, or if it is words in capitals. */
export function startTable(line: string, next: string): Table | undefined {
	if (CAPITALS.test(line)) return startColumns(line);
	if (!isRule(next) || !BAR.test(line)) return undefined;
	const columns = cellsOf(line).flatMap(({ text }, at): [number, string][] => {
		const kind = kindOfCell(text);
		return kind === undefined ? [] : [[at, kind]];
	});
	return columns.length === 0 ? undefined : { by: "cell", columns: new Map(columns) };
}

/** `NAME   PASSWORD`, as `kubectl` and `docker` print tables. */
function startColumns(line: string): Table | undefined {
	const columns = Array.from(line.matchAll(/\S+/g)).flatMap(({ index, 0: word }): [number, string][] => {
		const kind = secretKindOf(word.toLowerCase());
		return kind === undefined ? [] : [[index, kind]];
	});
	return columns.length === 0 ? undefined : { by: "place", columns: new Map(columns) };
}

/** The secrets in a row, or undefined where the table has ended. */
export function findInTable(line: string, { by, columns }: Table): readonly SecretSpan[] | undefined {
	if (isRule(line)) return [];
	if (!(by === "cell" ? BAR : /\S\s/).test(line)) return undefined;
	const cells = by === "cell" ? cellsOf(line) : [];
	return [...columns].flatMap(([at, kind]) => spanOf(by === "cell" ? cells[at] : wordAt(line, at), kind));
}

/** The word that begins exactly here. */
function wordAt(line: string, at: number): Cell | undefined {
	const text = /^\S+/.exec(line.slice(at, at + LONGEST_WORD))?.[0];
	return text === undefined || /\S/.test(line.charAt(at - 1)) ? undefined : { from: at, text };
}

/** `| password | value |`: a row that names a secret and then has its value. */
export function findInRow(line: string): SecretSpan[] {
	if (!ROW.test(line) || !SECRET_WORD.test(line)) return [];
	const cells = cellsOf(line);
	return cells.flatMap(({ text }, at) => {
		const kind = kindOfCell(text);
		return kind === undefined ? [] : spanOf(cells[at + 1], kind);
	});
}

function spanOf(cell: Cell | undefined, kind: string): SecretSpan[] {
	if (cell === undefined || cell.text === "" || cell.text.startsWith(MARK_START) || /\s/.test(cell.text)) return [];
	const isWord = kind !== "password" && !looksRandom(cell.text);
	return isWord || isPlainValue(cell.text, kind) || kindOfCell(cell.text) !== undefined
		? []
		: [{ from: cell.from, to: cell.from + cell.text.length, kind }];
}

function kindOfCell(text: string): string | undefined {
	const name = text.replace(/^[*`"']+|[*`"':]+$/g, "");
	return NAME.test(name) ? secretKindOf(name.replaceAll(" ", "_").toLowerCase()) : undefined;
}

/** The cells with their text trimmed; an empty one before the first bar does not count. */
function cellsOf(line: string): readonly Cell[] {
	let from = 0;
	const cells = line.split(BAR, MOST_CELLS).map((text) => {
		const cell = { from: from + text.length - text.trimStart().length, text: text.trim() };
		from += text.length + 1;
		return cell;
	});
	return cells[0]?.text === "" ? cells.slice(1) : cells;
}

function isRule(line: string): boolean {
	return line.length < 4096 && /[-=─━═]{2}/.test(line) && RULE_LINE.test(line);
}
