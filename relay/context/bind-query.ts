import { quotedRegex, quotedText } from "./quoted-text.ts";

export type BoundQuery = { readonly ok: true; readonly query: string } | { readonly ok: false; readonly why: string };

/**
 * A LogQL or PromQL query with each `$name` replaced by its value as one quoted literal. For a regex matcher, RE2's
 * metacharacters in the value are escaped. A placeholder is allowed only where a value is compared (after `=`, `!=`,
 * `=~`, `!~`, `|=`), so it is never read as a template, a pattern or a part of a query. No value can end its own
 * quotes. Comments are left out.
 */
export function bindQuery(query: string, values: Readonly<Record<string, string>>): BoundQuery {
	let bound = "";
	let code = "";
	for (const token of query.matchAll(TOKENS)) {
		const [text] = token;
		const { comment, quoted, name, loose } = token.groups ?? {};
		if (loose !== undefined) return { ok: false, why: `query: the quoted text at ${token.index} is not closed` };
		if (quoted !== undefined) {
			const inside = [...text.matchAll(PLACEHOLDER)].find(([, known = ""]) => Object.hasOwn(values, known));
			if (inside !== undefined) return { ok: false, why: `query: write ${inside[0]} without quotes around it` };
			bound += text;
			code += '""';
		} else if (name !== undefined) {
			const value = Object.hasOwn(values, name) ? values[name] : undefined;
			if (value === undefined) return { ok: false, why: `query: values has no ${name}` };
			const operator = COMPARISON.exec(code)?.[0].trim();
			if (operator === undefined || TEMPLATE_STAGE.test(code)) {
				return { ok: false, why: `query: $${name} is allowed only in a comparison, such as {label=$${name}}` };
			}
			bound += operator.endsWith("~") ? quotedRegex(value) : quotedText(value);
			code += '""';
		} else {
			const kept = comment === undefined ? text : " ";
			bound += kept;
			code += kept;
		}
	}
	return { ok: true, query: bound };
}

/** Comments, quoted texts, an unclosed quote, placeholders, and every other character. */
const TOKENS =
	/(?<comment>#[^\n]*)|(?<quoted>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?<loose>["'`])|\$(?<name>[a-z_][a-z0-9_]*)|./gsu;
const PLACEHOLDER = /\$([a-z_][a-z0-9_]*)/g;
const COMPARISON = /(?:!=|=~|!~|\|=|\|~|(?<![<>=!|~])=)\s*$/;
/** LogQL stages that take templates and expressions instead of texts. */
const TEMPLATE_STAGE =
	/\|\s*(?:label_format|line_format|json|logfmt|regexp|pattern|unpack|decolorize|drop|keep)\b[^|]*$/;
