import fc from "fast-check";

/** A regex that RE2 accepts, and a text that it matches by construction. */
export interface Sampled {
	readonly source: string;
	readonly sample: string;
}

const LITERALS = "abcEFxyz019 _:/-[]{}().+*?^$|\\#é失".split("");

const literal: fc.Arbitrary<Sampled> = fc
	.constantFrom(...LITERALS)
	.map((character) => ({ source: character.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&"), sample: character }));

const set: fc.Arbitrary<Sampled> = fc.constantFrom(
	{ source: "\\d", sample: "7" },
	{ source: "\\w", sample: "q" },
	{ source: "\\s", sample: " " },
	{ source: ".", sample: "!" },
	{ source: "[^a]", sample: "B" },
	{ source: "[Ee]", sample: "E" },
	{ source: "[a-cX]", sample: "b" },
	{ source: "[a-z0-9_-]", sample: "-" },
	{ source: "[\\]\\d]", sample: "]" },
	{ source: "\\b", sample: "" },
	{ source: "(?:)", sample: "" },
);

/** Regexes of literals, classes, groups, alternatives and repetitions, nested a few levels deep. */
export const sampledRegex: fc.Arbitrary<Sampled> = fc.letrec<{ regex: Sampled }>((tie) => ({
	regex: fc.oneof(
		{ maxDepth: 4, withCrossShrink: true },
		{ weight: 5, arbitrary: literal },
		{ weight: 1, arbitrary: set.filter(({ source }) => source !== "\\b") },
		{ weight: 4, arbitrary: fc.array(tie("regex"), { minLength: 1, maxLength: 5 }).map(joined) },
		{
			weight: 2,
			arbitrary: fc.tuple(fc.array(tie("regex"), { minLength: 1, maxLength: 4 }), fc.nat()).map(alternatives),
		},
		{ weight: 2, arbitrary: fc.tuple(tie("regex"), fc.nat(3), fc.nat(3), fc.boolean()).map(repeated) },
	),
})).regex;

function joined(parts: readonly Sampled[]): Sampled {
	return { source: parts.map(({ source }) => source).join(""), sample: parts.map(({ sample }) => sample).join("") };
}

function alternatives([options, choice]: [readonly Sampled[], number]): Sampled {
	const chosen = options[choice % options.length];
	return { source: `(?:${options.map(({ source }) => source).join("|")})`, sample: chosen?.sample ?? "" };
}

function repeated([part, min, more, open]: [Sampled, number, number, boolean]): Sampled {
	const count = open ? `{${min},}` : `{${min},${min + more}}`;
	return { source: `(?:${part.source})${count}`, sample: part.sample.repeat(min + more) };
}
