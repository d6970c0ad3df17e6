/** One line of a diff: its sign is a space, `-` or `+`. */
interface Edit {
	readonly sign: " " | "-" | "+";
	readonly text: string;
}

const CONTEXT = 3;
/** Beyond so many pairs of lines, what differs is shown as replaced: finding what is common would take too long. */
const MOST_PAIRS = 16_000_000;

/** A unified diff of two texts under these names; no lines if they are equal. Hunks name the top-level key they are under. */
export function unifiedDiff(name: string, before: string, after: string): readonly string[] {
	if (before === after) return [];
	const edits = editsOf(linesOf(before), linesOf(after));
	return [`--- ${name} (active)`, `+++ ${name} (new)`, ...hunksOf(edits).flatMap((hunk) => rendered(edits, hunk))];
}

function linesOf(text: string): readonly string[] {
	return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
	let start = 0;
	while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++;
	let end = 0;
	while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
	const kept = (text: string): Edit => ({ sign: " ", text });
	return [
		...before.slice(0, start).map(kept),
		...changedLines(before.slice(start, before.length - end), after.slice(start, after.length - end)),
		...before.slice(before.length - end).map(kept),
	];
}

/** By the longest common subsequence of lines. */
function changedLines(before: readonly string[], after: readonly string[]): readonly Edit[] {
	const width = after.length + 1;
	const isTooMuch = before.length * after.length > MOST_PAIRS;
	const common = new Uint16Array(isTooMuch ? 0 : (before.length + 1) * width);
	if (!isTooMuch) {
		for (let a = before.length - 1; a >= 0; a--) {
			for (let b = after.length - 1; b >= 0; b--) {
				const [down = 0, right = 0, both = 0] = [
					common[(a + 1) * width + b],
					common[a * width + b + 1],
					common[(a + 1) * width + b + 1],
				];
				common[a * width + b] = before[a] === after[b] ? both + 1 : Math.max(down, right);
			}
		}
	}
	const edits: Edit[] = [];
	let [a, b] = [0, 0];
	while (a < before.length || b < after.length) {
		const [removed, added] = [before[a], after[b]];
		if (!isTooMuch && removed !== undefined && removed === added) {
			edits.push({ sign: " ", text: removed });
			a++;
			b++;
		} else if (
			removed !== undefined &&
			(added === undefined || isTooMuch || (common[(a + 1) * width + b] ?? 0) >= (common[a * width + b + 1] ?? 0))
		) {
			edits.push({ sign: "-", text: removed });
			a++;
		} else {
			edits.push({ sign: "+", text: added ?? "" });
			b++;
		}
	}
	return edits;
}

/** Ranges of edits, each a group of changes with the lines around them. */
function hunksOf(edits: readonly Edit[]): readonly (readonly [number, number])[] {
	const hunks: [number, number][] = [];
	for (const [at, { sign }] of edits.entries()) {
		if (sign === " ") continue;
		const last = hunks.at(-1);
		const until = Math.min(edits.length, at + 1 + CONTEXT);
		if (last !== undefined && at - CONTEXT <= last[1]) last[1] = until;
		else hunks.push([Math.max(0, at - CONTEXT), until]);
	}
	return hunks;
}

function rendered(edits: readonly Edit[], [from, until]: readonly [number, number]): readonly string[] {
	const earlier = edits.slice(0, from);
	const shown = edits.slice(from, until);
	const [old, now] = [range(earlier, shown, "-"), range(earlier, shown, "+")];
	const heading = earlier.findLast(({ sign, text }) => sign !== "-" && /^[a-z_]+:/.test(text))?.text ?? "";
	return [`@@ -${old} +${now} @@ ${heading}`.trimEnd(), ...shown.map(({ sign, text }) => `${sign}${text}`)];
}

/** `first,count` of the side's lines. */
function range(earlier: readonly Edit[], shown: readonly Edit[], side: "-" | "+"): string {
	const count = (edits: readonly Edit[]) => edits.filter(({ sign }) => sign === " " || sign === side).length;
	const length = count(shown);
	return `${count(earlier) + (length === 0 ? 0 : 1)},${length}`;
}
