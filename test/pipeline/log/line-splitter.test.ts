import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "../../../pipeline/log/line-splitter.ts";
import { runs } from "../../support/tiers/at-size.ts";

interface Line {
	text: string;
	cut: number;
	overwritten: boolean;
}

function split(chunks: readonly string[], longest = 4096): { lines: Line[]; dropped: number } {
	const lines: Line[] = [];
	let dropped = 0;
	const splitter = new LineSplitter(
		longest,
		(text, start, end, cut, overwritten) => lines.push({ text: text.slice(start, end), cut, overwritten }),
		(piece) => {
			dropped += piece.length;
		},
	);
	for (const chunk of chunks) splitter.write(chunk);
	splitter.end();
	return { lines, dropped };
}

const texts = (chunks: readonly string[]) => split(chunks).lines.map((line) => line.text);

/** Cuts a text anywhere, including inside surrogate pairs and line ends. */
const chunked = (text: fc.Arbitrary<string>) =>
	fc.tuple(text, fc.array(fc.nat(), { maxLength: 12 })).map(([whole, places]) => {
		const cuts = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
		return { whole, chunks: cuts.slice(1).map((cut, i) => whole.slice(cuts[i], cut)) };
	});

describe("LineSplitter", () => {
	it("ends lines at newlines and at carriage returns before them", () => {
		expect(texts(["one\ntwo\r\nthree\r\r\nfour"])).toStrictEqual(["one", "two", "three", "four"]);
	});

	it("ends a line at a lone carriage return and reports it as overwritten", () => {
		expect(split(["10%\r20%\r100%\n"]).lines).toStrictEqual([
			{ text: "10%", cut: 0, overwritten: true },
			{ text: "20%", cut: 0, overwritten: true },
			{ text: "100%", cut: 0, overwritten: false },
		]);
	});

	it("joins lines that chunks cut anywhere", () => {
		expect(texts(["o", "ne", "\n", "\n", "t", "wo\r", "\nthree\r", "four\r", "\r", "\n"])).toStrictEqual([
			"one",
			"",
			"two",
			"three",
			"four",
		]);
	});

	it("returns no line for empty input", () => {
		expect(texts([])).toStrictEqual([]);
		expect(texts([""])).toStrictEqual([]);
		expect(texts(["\n"])).toStrictEqual([""]);
	});

	it("keeps the first and the last part of a line that is too long", () => {
		const { lines, dropped } = split([`${"a".repeat(20)}${"b".repeat(20)}\nshort\n`], 8);
		expect(lines).toStrictEqual([
			{ text: "aaaaaa\nbb", cut: 32, overwritten: false },
			{ text: "short", cut: 0, overwritten: false },
		]);
		expect(dropped).toBe(32);
	});

	it("gives the same lines wherever the chunks end", () => {
		const unit = fc.constantFrom("a", "b", "\n", "\r", "\ud83d\ude00", "c", "d");
		fc.assert(
			fc.property(
				chunked(fc.string({ unit, maxLength: 120 })),
				fc.constantFrom(8, 16, 4096),
				({ whole, chunks }, longest) => {
					expect(split(chunks, longest)).toStrictEqual(split([whole], longest));
				},
			),
			{ numRuns: runs(500) },
		);
	});

	it("returns the same lines as a split by line ends", () => {
		const unit = fc.constantFrom("a", "b", "\n", "\r");
		fc.assert(
			fc.property(chunked(fc.string({ unit, maxLength: 60 })), ({ whole, chunks }) => {
				const naive = whole.split(/\r+\n?|\n/);
				if (naive.at(-1) === "") naive.pop();
				expect(texts(chunks)).toStrictEqual(naive);
			}),
			{ numRuns: runs(500) },
		);
	});
});
