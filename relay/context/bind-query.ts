import { quotedRegex, quotedText } from "./quoted-text.ts";

export type BoundQuery = { readonly ok: true; readonly query: string } | { readonly ok: false; readonly why: string };

/**
 * A LogQL or PromQL query with its `$name` replaced by values, each as one quoted text that stands for itself: a regex
 * matcher gets it with all that means something in RE2 escaped. A placeholder is taken only where a value is compared
 * (after `=`, `!=`, `=~`, `!~`, `|=`), so that none is ever read as a template, a pattern or a part of a query. No
 * value can end its own quotes.
 */
export function bindQuery(query: string, values: Readonly<Record<string, string>>): BoundQuery {
	let bound = "";
	let code = "";
	for (const token of query.matchAll(TOKENS)) {
		const [text] = token;
		const { quoted, name, loose } = token.groups ?? {};
		if (loose !== undefined) return { ok: false, why: `query: the text at ${token.index} has no end` };
		if (quoted !== undefined) {
			const inside = [...text.matchAll(PLACEHOLDER)].find(([, known = ""]) => Object.hasOwn(values, known));
			if (inside !== undefined) return { ok: false, why: `query: write ${inside[0]} without quotes around it` };
			bound += text;
			code += '""';
		} else if (name !== undefined) {
			const value = Object.hasOwn(values, name) ? values[name] : undefined;
			if (value === undefined) return { ok: false, why: `query: there is no ${name} among its values` };
			const operator = COMPARISON.exec(code)?.[0].trim();
			if (operator === undefined || TEMPLATE_STAGE.test(code)) {
				return { ok: false, why: `query: $${name} can only be compared with, as in {label=$${name}}` };
			}
			bound += operator.endsWith("~") ? quotedRegex(value) : quotedText(value);
			code += '""';
		} else {
			bound += text;
			code += text;
		}
	}
	return { ok: true, query: bound };
}

/** Comments, quoted texts, an opening quote without an end, placeholders, and every other character. */
const TOKENS =
	/#[^\n]*|(?<quoted>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?<loose>["'`])|\$(?<name>[a-z_][a-z0-9_]*)|./gsu;
const PLACEHOLDER = /\$([a-z_][a-z0-9_]*)/g;
const COMPARISON = /(?:!=|=~|!~|\|=|\|~|(?<![<>=!|~])=)\s*$/;
/** Stages of LogQL that take templates and expressions instead of texts. */
const TEMPLATE_STAGE =
	/\|\s*(?:label_format|line_format|json|logfmt|regexp|pattern|unpack|decolorize|drop|keep)\b[^|]*$/;
