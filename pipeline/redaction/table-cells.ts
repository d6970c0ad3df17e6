import { looksRandom } from "./looks-random.ts";
import { isPlainValue } from "./plain-value.ts";
import { SECRET_WORD, secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** Columns of secrets, by their number, with the kind. The line between header and rows was not yet met. */
export type Table = ReadonlyMap<number, string>;

const BAR = /[|│┃║]/;
/** Shell pipes and alternatives of a pattern have no bar at their beginning. */
const ROW = /^\s*(?:\d{4}-\S{1,40}\s{1,4})?[|│┃║](?!\|)/;
const RULE_LINE = /^[\s|+:=─━═┼├┤│┃║╪╞╡┿┠┨╋┣┫╟╢╫-]{3,}$/;
const NAME = /^[\w.-]{1,80}(?: [\w.-]{1,30}){0,2}$/;
const MOST_CELLS = 64;

interface Cell {
	readonly from: number;
	readonly text: string;
}

/** A table whose header names a secret: the line is its header if a rule follows. */
export function startTable(line: string, next: string): Table | undefined {
	if (!isRule(next) || !BAR.test(line) || !SECRET_WORD.test(line)) return undefined;
	const columns = cellsOf(line).flatMap(({ text }, at): [number, string][] => {
		const kind = kindOfCell(text);
		return kind === undefined ? [] : [[at, kind]];
	});
	return columns.length === 0 ? undefined : new Map(columns);
}

/** The secrets in a row, or undefined where the table has ended. */
export function findInTable(line: string, table: Table): readonly SecretSpan[] | undefined {
	if (isRule(line)) return [];
	if (!BAR.test(line)) return undefined;
	const cells = cellsOf(line);
	return [...table].flatMap(([at, kind]) => spanOf(cells[at], kind));
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
	if (cell === undefined || cell.text === "" || /\s/.test(cell.text)) return [];
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
