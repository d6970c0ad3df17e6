import { RE2JS } from "re2js";

/** Compiles RE2 syntax for linear-time search. Throws on look-around and back-references. Flags: `i`, `m`, `s`. */
export function compileLinear(source: string, flags: string): RE2JS {
	let bits = 0;
	if (flags.includes("i")) bits |= RE2JS.CASE_INSENSITIVE;
	if (flags.includes("m")) bits |= RE2JS.MULTILINE;
	if (flags.includes("s")) bits |= RE2JS.DOTALL;
	return RE2JS.compile(RE2JS.translateRegExp(source), bits);
}
