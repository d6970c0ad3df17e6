import Mustache from "mustache";
import { messageOf } from "../expression/message-of.ts";
import { PROMPT_LAMBDAS } from "./prompt-variables.ts";

/** One tag of a template. Positions count characters from 0. */
export interface TemplateUse {
	readonly kind: "variable" | "section" | "inverted" | "partial" | "delimiters";
	readonly name: string;
	readonly position: number;
	/** Names of the sections around it, outermost first. */
	readonly within: readonly string[];
	/** Is it inside `{{#fenced}}` or `{{#inline}}`? */
	readonly fenced: boolean;
}

/** Every tag of a template but comments, in its order, or why it is no template. */
export function templateVariables(
	text: string,
):
	| { readonly ok: true; readonly uses: readonly TemplateUse[] }
	| { readonly ok: false; readonly message: string; readonly position?: number } {
	try {
		return { ok: true, uses: usesOf(new Mustache.Writer().parse(text) as Token[], [], false) };
	} catch (thrown) {
		const message = messageOf(thrown);
		const position = / at (\d+)$/.exec(message)?.[1];
		return { ok: false, message, ...(position !== undefined && { position: Number(position) }) };
	}
}

/** Of mustache.js: what it is, its name, its start and end, and the tokens inside a section. */
type Token = [string, string, number, number, Token[]?, ...unknown[]];

const KINDS: Readonly<Record<string, TemplateUse["kind"]>> = {
	name: "variable",
	"&": "variable",
	"#": "section",
	"^": "inverted",
	">": "partial",
	"=": "delimiters",
};

function usesOf(tokens: readonly Token[], within: readonly string[], fenced: boolean): TemplateUse[] {
	return tokens.flatMap(([symbol, name, position, , inner]) => {
		const kind = KINDS[symbol];
		if (kind === undefined) return [];
		const use = { kind, name, position, within, fenced };
		if (kind !== "section" && kind !== "inverted") return [use];
		const fences = kind === "section" && Object.hasOwn(PROMPT_LAMBDAS, name);
		return [use, ...usesOf(inner ?? [], [...within, name], fenced || fences)];
	});
}
