import { parser as logQl } from "@grafana/lezer-logql";
import type { SyntaxNode, Tree } from "@lezer/common";
import { parser as promQl } from "@prometheus-io/lezer-promql";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { type QueryBounds, shownDuration } from "./query-bounds.ts";

/*
 * A query is text that a worker signs, so its own matchers prove nothing. Both are parsed with their projects' own
 * grammars, and each selector gets one more matcher, which the servers combine by AND. What the grammar does not know is
 * refused rather than guessed.
 */

/** A LogQL query whose selector reads only the allowed namespaces. Log queries only: the answer must be lines. */
export function boundLogQl(query: string, bounds: QueryBounds): Result<string> {
	const parsed = parseSafely(query, (text) => logQl.parse(text), "String");
	if (!parsed.ok) return parsed;
	if (find(parsed.value, "MetricExpr").length > 0) return fail("query: give a query for log lines, without functions");
	return withMatcher(query, find(parsed.value, "Selector"), bounds);
}

/**
 * A PromQL query whose selectors read only the allowed namespaces, and nothing older than the allowed range before its
 * time. `before`: how far back from now it is also evaluated, in milliseconds.
 */
export function boundPromQl(query: string, before: number, bounds: QueryBounds): Result<string> {
	const parsed = parseSafely(query, (text) => promQl.parse(text), "StringLiteral");
	if (!parsed.ok) return parsed;
	// It reads series of its own choice, beside those of its selectors.
	if (find(parsed.value, "Info").length > 0) return fail("query: the function info is not allowed");
	const selectors = find(parsed.value, "VectorSelector");
	for (const selector of selectors) {
		const reach = reachOf(selector, query);
		if (!reach.ok) return reach;
		if (before + reach.value > bounds.rangeMs) {
			const asked = shownDuration(before + reach.value);
			return fail(`query: it reads back ${asked}, more than HEALER_QUERY_RANGE (${shownDuration(bounds.rangeMs)})`);
		}
	}
	return withMatcher(query, selectors, bounds);
}

/** Outside of quoted texts: printable ASCII and blanks, so that no server sees other tokens than these grammars do. */
const PLAIN = /^[ -~\n\t]*$/;
const QUOTED = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g;

/**
 * The tree of a query that can be read in one way only. Where a quoted text ends decides what is code, so the grammar
 * must find the same quoted texts as `bindQuery` did.
 */
function parseSafely(query: string, parse: (text: string) => Tree, textNode: string): Result<SyntaxNode> {
	if (!PLAIN.test(query.replace(QUOTED, ""))) return fail("query: outside of quotes only ASCII is allowed");
	const top = parse(query).topNode;
	const problem = firstError(top);
	if (problem !== undefined)
		return fail(`query: not understood at ${JSON.stringify(query.slice(problem, problem + 20))}`);
	const quoted = [...query.matchAll(QUOTED)].map(({ index, 0: text }) => `${index}-${index + text.length}`);
	const seen = find(top, textNode).map(({ from, to }) => `${from}-${to}`);
	const same = quoted.length === seen.length && quoted.every((one, at) => one === seen[at]);
	return same && find(top, "LineComment").length === 0 ? ok(top) : fail("query: its quoted texts are not understood");
}

function firstError(top: SyntaxNode): number | undefined {
	let at: number | undefined;
	top.cursor().iterate(({ type, from }) => {
		if (type.isError) at ??= from;
	});
	return at;
}

/** In the order of the text. */
function find(top: SyntaxNode, name: string): readonly SyntaxNode[] {
	const found: SyntaxNode[] = [];
	top.cursor().iterate((ref) => {
		if (ref.name === name) found.push(ref.node);
	});
	return found;
}

function withMatcher(
	query: string,
	selectors: readonly SyntaxNode[],
	{ label, namespaces }: QueryBounds,
): Result<string> {
	const allowed = namespaces();
	if (allowed === "any") return ok(query);
	const [only, ...more] = allowed;
	// Names of namespaces hold nothing that a regex reads as more than itself.
	const matcher = more.length === 0 ? `${label}="${only}"` : `${label}=~"${allowed.join("|")}"`;
	let bounded = "";
	let done = 0;
	let braced = 0;
	for (const selector of selectors) {
		const braces = query.indexOf("{", nameEnd(selector));
		const has = braces !== -1 && braces < selector.to;
		const at = has ? braces + 1 : selector.to;
		const isEmpty = has && query.slice(at, selector.to).trim() === "}";
		bounded += `${query.slice(done, at)}${has ? matcher + (isEmpty ? "" : ",") : `{${matcher}}`}`;
		// Blanks between empty braces would stand behind the matcher.
		done = isEmpty ? query.indexOf("}", at) : at;
		if (has) braced++;
	}
	// Braces select series and streams, and nothing else: none may have been missed.
	const all = query.replace(QUOTED, "").split("{").length - 1;
	return braced === all ? ok(bounded + query.slice(done)) : fail("query: its selectors are not understood");
}

/** A metric's name stands before its braces, and no selector has a brace before them. */
function nameEnd(selector: SyntaxNode): number {
	return selector.getChild("Identifier")?.to ?? selector.from;
}

/** The longest subquery that Prometheus itself would evaluate as a range query, in points. */
const MOST_STEPS = 11_000;

/** How far back a selector reads from the query's time: its own range, and all offsets and subqueries around it. */
function reachOf(selector: SyntaxNode, query: string): Result<number> {
	let reach = 0;
	for (let node: SyntaxNode | null = selector.parent; node !== null; node = node.parent) {
		if (node.name === "StepInvariantExpr") return fail("query: `@` is not allowed, since it reads at any time");
		const durations = ["DurationExpr", "OffsetDurationExpr"].flatMap((name) => node?.getChildren(name) ?? []);
		if (durations.length === 0) continue;
		const [range = 0, step] = durations.map(({ from, to }) => millisecondsOf(query.slice(from, to)));
		if (Number.isNaN(range) || Number.isNaN(step))
			return fail("query: write each duration as one, such as 5m or 1h30m");
		if (step !== undefined && range / step > MOST_STEPS) return fail("query: a subquery has too many steps");
		reach += range;
	}
	return ok(reach);
}

/** https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations */
const UNITS = { ms: 1, s: 1000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS, y: 365 * DAY_MS } as const;

/** A duration without its sign; NaN for a calculated one. */
function millisecondsOf(text: string): number {
	const plain = text.replace(/^[-+]\s*/, "");
	if (/^\d+(\.\d+)?$/.test(plain)) return Number(plain) * 1000;
	if (!/^(\d+(ms|[smhdwy]))+$/.test(plain)) return Number.NaN;
	const parts = [...plain.matchAll(/(\d+)(ms|[smhdwy])/g)];
	return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit as keyof typeof UNITS], 0);
}
