import fc from "fast-check";

/** Payload-like values, with lists, nulls, wrong types, and jsonata's own marks. */
export const arbitraryData: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; root: unknown }>((tie) => ({
	root: fc.oneof(
		{ weight: 1, arbitrary: tie("value") },
		{ weight: 5, arbitrary: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { minKeys: 2 }) },
	),
	value: fc.oneof(
		{ maxDepth: 4, depthSize: "small" },
		fc.constantFrom(null, true, false, 0, -1, 3, 1.5, 1e21, "", "a", "b", "main", "3", "ab12/ab3"),
		fc.array(tie("value"), { maxLength: 3 }),
		fc.dictionary(
			fc.constantFrom("a", "b", "c", "sequence", "outerWrapper", "_jsonata_function", "__proto__", "length"),
			tie("value"),
			{ maxKeys: 4 },
		),
	),
})).root;

/** JSONata text of the common sub-language, and slightly beyond it. */
export const arbitraryExpression: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => {
	const name = fc.constantFrom("a", "b", "c", "`a`", "length");
	const filter = fc.oneof(
		{ weight: 6, arbitrary: fc.constant("") },
		fc.constantFrom(
			"[0]",
			"[-1]",
			"[1.5]",
			"[a = 'a']",
			"[a]",
			"[$ = 'a']",
			"[b in $settings.a][0]",
			"[$$.a = b]",
			"[]",
			"[b[0]]",
			"[true]",
			"[$not($exists(a))]",
			"[$exists($)]",
		),
	);
	const step = fc.tuple(name, filter).map(([text, behind]) => text + behind);
	const path = fc.array(step, { minLength: 1, maxLength: 3 }).map((names) => names.join("."));
	const inner = tie("expression");
	const regex = fc.constantFrom("/[a-z]+/", "/(a)(b)?/", "/A(.)/i", "/a*/", "/^main$/", "/([a-z]+)([0-9])/");
	return {
		expression: fc.oneof(
			{ maxDepth: 4, depthSize: "small" },
			path,
			path,
			fc.constantFrom("'a'", '"main"', "3", "0", "-1", "true", "false", "null", "''", "1.5"),
			path.map((text) => `$settings.${text}`),
			fc.constantFrom("$settings", "$", "$$", "$.a", "$$.a.b", "$nothing", "a[0]", "a[b='a'].c", "a[]", "*", "$string"),
			fc
				.tuple(inner, fc.constantFrom("=", "!=", "<", "<=", ">", ">=", "in", "and", "or", "&", "+"), inner)
				.map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
			// jsonata copies the left side through JSON, which drops its regexes.
			fc
				.tuple(
					inner.filter((text) => !text.includes("/")),
					fc.constantFrom("?:", "??"),
					inner,
				)
				.map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
			fc.tuple(inner, inner, inner).map(([test, yes, no]) => `(${test}) ? (${yes}) : (${no})`),
			fc.tuple(inner, inner).map(([test, yes]) => `(${test}) ? (${yes})`),
			fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
			fc
				.tuple(fc.constantFrom("not", "exists", "boolean", "string", "lowercase", "uppercase", "count", "type"), inner)
				.map(([called, argument]) => `$${called}(${argument})`),
			fc
				.tuple(fc.constantFrom("contains", "substringBefore", "substringAfter", "join"), inner, inner)
				.map(([called, text, part]) => `$${called}(${text}, ${part})`),
			fc
				.tuple(fc.constantFrom("contains", "match"), fc.oneof(path, inner), regex)
				.map(([called, text, pattern]) => `$${called}(${text}, ${pattern})`),
			fc
				.tuple(path, regex, filter, fc.constantFrom("groups", "groups[0]", "match", "index", "a"))
				.map(([text, pattern, kept, field]) => `$match(${text}, ${pattern})${kept}.${field}`),
			// A list, or what a call returns, with a filter.
			fc
				.tuple(fc.array(inner, { maxLength: 3 }), fc.oneof(filter, fc.constant("[$type($) = 'string']")))
				.map(([items, kept]) => `[${items.join(", ")}]${kept}`),
			fc.tuple(inner, filter, step).map(([argument, kept, field]) => `$string(${argument})${kept}.${field}`),
			fc.tuple(inner, inner).map((parts) => `$key(${parts.join(", ")})`),
			fc.tuple(inner, inner).map((parts) => `$glob(${parts.join(", ")})`),
		),
	};
}).expression;
