/** Cache of compiled globs. Patterns come from the pipeline and are few; the bound covers computed patterns. */
const compiled = new Map<string, GlobMatcher>();
const MAX_COMPILED = 1000;
const MAX_ALTERNATIVES = 256;

/** Expects a lower-cased value. */
type GlobMatcher = (value: string) => boolean;

/**
 * Whether the value matches one of the globs. Ignores case. `*` matches within a segment, `**` anything, `?` one
 * character, `{a,b}` either. A pattern without a slash is matched with the base name, at any depth; `dir/*` matches any
 * depth below. Time is linear in the value's length for any pattern.
 */
export function matchesGlob(value: string, patterns: readonly string[]): boolean {
	const lower = value.toLowerCase();
	return patterns.some((pattern) => matcherOf(pattern)(lower));
}

function matcherOf(pattern: string): GlobMatcher {
	const known = compiled.get(pattern);
	if (known !== undefined) return known;
	const matchers = alternatives(pattern.toLowerCase()).map(compileAlternative);
	const [only] = matchers;
	const matcher: GlobMatcher =
		matchers.length === 1 && only !== undefined ? only : (value) => matchers.some((matches) => matches(value));
	if (compiled.size >= MAX_COMPILED) compiled.clear();
	compiled.set(pattern, matcher);
	return matcher;
}

/** Expands `{a,b}/c` to `a/c`, `b/c`. Unbalanced braces, and those with too many alternatives, are literal. */
function alternatives(pattern: string): string[] {
	const done: string[] = [];
	const open = [pattern];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const brace = firstBrace(next);
		if (brace === undefined) done.push(next);
		else for (const part of brace.parts) open.push(brace.before + part + brace.after);
		if (done.length + open.length > MAX_ALTERNATIVES) return [pattern];
	}
	return done;
}

function firstBrace(pattern: string): { before: string; parts: string[]; after: string } | undefined {
	const start = pattern.indexOf("{");
	if (start === -1) return undefined;
	const parts: string[] = [];
	let depth = 0;
	let from = start + 1;
	for (let at = start; at < pattern.length; at++) {
		const char = pattern[at];
		if (char === "{") depth++;
		if (char === "," && depth === 1) {
			parts.push(pattern.slice(from, at));
			from = at + 1;
		}
		if (char !== "}" || --depth > 0) continue;
		parts.push(pattern.slice(from, at));
		return { before: pattern.slice(0, start), parts, after: pattern.slice(at + 1) };
	}
	return undefined;
}

function compileAlternative(pattern: string): GlobMatcher {
	if (!pattern.includes("/")) return baseNameMatcher(pattern);
	const anchored = pattern.startsWith("/") ? pattern.slice(1) : pattern;
	if (anchored.endsWith("/*") && isLiteral(anchored.slice(0, -2))) {
		const folder = anchored.slice(0, -1);
		return (value) => value.length > folder.length && value.startsWith(folder);
	}
	if (isLiteral(anchored)) return (value) => value === anchored;
	const tokens = tokenize(anchored.endsWith("/*") ? `${anchored.slice(0, -1)}?**` : anchored);
	return (value) => run(tokens, value);
}

function baseNameMatcher(pattern: string): GlobMatcher {
	if (isLiteral(pattern)) return (value) => value === pattern || value.endsWith(`/${pattern}`);
	const suffix = pattern.slice(1);
	if (pattern.startsWith("*") && isLiteral(suffix)) return (value) => value.endsWith(suffix);
	const tokens = tokenize(pattern);
	return (value) => run(tokens, value.slice(value.lastIndexOf("/") + 1));
}

function isLiteral(pattern: string): boolean {
	return !/[*?]/.test(pattern);
}

/** `segment`: any run without a slash. `anything`: any run. `folders`: empty, or any run that ends with a slash. */
type Token = "segment" | "anything" | "folders" | "one" | { readonly char: string };

function tokenize(pattern: string): Token[] {
	const tokens: Token[] = [];
	for (let at = 0; at < pattern.length; at++) {
		const char = pattern.charAt(at);
		if (char === "?") tokens.push("one");
		else if (char !== "*") tokens.push({ char });
		else if (pattern[at + 1] !== "*") tokens.push("segment");
		else {
			const wholeSegment = (at === 0 || pattern[at - 1] === "/") && pattern[at + 2] === "/";
			tokens.push(wholeSegment ? "folders" : "anything");
			at += wholeSegment ? 2 : 1;
		}
	}
	return tokens;
}

/** Follows all paths through the tokens at once, so no pattern causes backtracking. */
function run(tokens: readonly Token[], value: string): boolean {
	let reached = new Uint8Array(tokens.length + 1);
	let next = new Uint8Array(tokens.length + 1);
	enter(tokens, reached, 0);
	for (const char of value) {
		next.fill(0);
		for (let at = 0; at < tokens.length; at++) {
			if (reached[at] === 0) continue;
			const token = tokens[at];
			if (token === undefined) continue;
			if (token === "anything") enter(tokens, next, at);
			else if (token === "segment") {
				if (char !== "/") enter(tokens, next, at);
			} else if (token === "folders") {
				next[at] = 1;
				if (char === "/") enter(tokens, next, at + 1);
			} else if (token === "one") {
				if (char !== "/") enter(tokens, next, at + 1);
			} else if (token.char === char) enter(tokens, next, at + 1);
		}
		[reached, next] = [next, reached];
	}
	return reached[tokens.length] === 1;
}

/** Marks a place as reached, and the following ones that can match nothing. */
function enter(tokens: readonly Token[], places: Uint8Array, from: number): void {
	for (let at = from; places[at] !== 1; at++) {
		places[at] = 1;
		const token = tokens[at];
		if (token !== "anything" && token !== "segment" && token !== "folders") return;
	}
}
