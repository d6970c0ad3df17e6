import { looksRandom } from "./looks-random.ts";

/** A value from elsewhere, exactly: `${NAME}`, `$NAME`, `%NAME%`, `{{ .Values.name }}`, `${{ secrets.NAME }}`. */
const VARIABLE =
	/^(?:\$\{[A-Za-z_][\w.]*\}|\$[A-Z_][A-Z0-9_]*|\$env:[A-Za-z_]\w*|%[A-Z_][A-Z0-9_]*%|\$?\{\{[^{}]*\}\}|(?:secrets|vars|env|process\.env)\.[A-Z_][A-Z0-9_]*|(?:os\.environ|process\.env|ENV|\$_ENV|\$_SERVER)\[["']?[A-Za-z_]\w*["']?\])[;,]?$/;

/** What is shown instead of a value, exactly: `***`, `REDACTED`, `<password>`, and the metavariables of help texts. */
const MASK = /^(?:\*{3,}|REDACTED|MASKED|FILTERED|<[a-z][a-z_-]{1,30}>|<[A-Z][A-Z_-]{1,30}>)$/;
const BRACKETED =
	/^(?:[xX]{3,}|\.{3,}|…+|•{3,}|-{3,}|_{3,}|[[(<{]\s{0,2}(?:redacted|masked|filtered|hidden|sensitive|sensitive value|removed|omitted|secret|(?:your|my|the)?[ _-]?(?:\w{1,20}[ _-])?(?:password|passwd|passphrase|pwd|pass|secret|token|key|value))\s{0,2}[\])>}])$/i;

const NAME = String.raw`[A-Za-z_$][\w$]*`;
const PATH = String.raw`${NAME}(?:(?:\.|::|->|\?\.)${NAME})*`;
const ARGUMENTS = String.raw`\([^()]*(?:\([^()]*\)[^()]*)*\)`;
/** A call, exactly: `getPassword()`, `$(cat file)`, `os.environ.get("NAME")`. */
export const CALL: string = String.raw`(?:(?:await|new) )?(?:${PATH}!?(?:<[\w:, <>]{0,80}>)?|\$)${ARGUMENTS}(?:\??\.${NAME}(?:${ARGUMENTS})?)*`;
const WHOLE_CALL = new RegExp(`^[&!*]{0,2}${CALL}[?;,]{0,3}$`);

/** A type or a constant, exactly: `string`, `Option<String>`, `str | None`, `null`. */
const TYPE =
	/^[&*?]{0,2}(?:(?:(?:str|string|text|varchar|char|number|int|integer|bool|boolean|bytes|buffer|object|any|unknown|never|void|null|nil|none|undefined|nan|true|false|securestring|secretstr|secretstring)(?:\[\]|\(\d{1,4}\))?|(?:[A-Za-z]\w{0,40}(?:<[\w:<>, &']{1,80}>|\[[A-Za-z][\w, |]{0,80}\])))\??(?:\s{0,2}\|\s{0,2}(?=\w)|(?=[;,]?$)))+[;,]?$/i;

/** Code other than a whole call, and placeholders: enough where the value is no password. */
const STAND_IN =
	/^(?:\$[\w{(].*|%\w+%|\{\{.*|\{\w*\}|<.*|\[.*|#.*|@\w+|(?:secrets?|env|vars|inputs|steps|process|self|this|os|data|var|local|args)\.\S+)$/s;
const CODE =
	/[(]|^[A-Za-z_$][\w$]*\[|^[A-Za-z_$][A-Za-z_$]*(?:(?:\.|::|->)[A-Za-z_$][A-Za-z_$]*)+[,;]?$|^&?[A-Za-z_<>&]*;$/;

const LONGEST_PLAIN = 200;

/** Words that follow a name such as `token` in help texts, permissions, types and messages. */
const WORDS = new Set(
	`yes no on off empty unset default optional required float value values password passwd passphrase pwd secrets token tokens
	key keys credential credentials read write admin id-token created unchanged configured deleted updated pruned patched expired
	invalid missing found valid failed denied incorrect wrong ok error errors is are was were has have must should can cannot
	may will not to of or and for from in at on by with the a an this that it its as if flag option argument parameter file
	stdin env auto enabled disabled set hidden masked sensitive redacted path name type bearer basic digest`.split(/\s+/),
);

/** What messages say about a password after a colon. A password may be any word, so these are few. */
const STATES = new Set(
	"required optional missing invalid incorrect wrong expired denied failed unchanged changed updated unset empty not must is".split(
		" ",
	),
);

/**
 * Whether the text after a secret's name is not a secret. Of a password only what cannot be one is plain: exactly a
 * variable, a mask, a whole call or a type. Of other secrets, which are generated, also code and words of prose.
 */
export function isPlainValue(value: string, kind: string): boolean {
	if (value.length > LONGEST_PLAIN) return false;
	const bare = value.replace(/^[\\"'`]+|[\\"'`,;]+$/g, "");
	if (isStandIn(bare) || WHOLE_CALL.test(value)) return true;
	if (!/[\p{L}\p{N}]/u.test(bare)) return kind !== "password" || bare.length < 6 || /^(.)\1*$/.test(bare);
	if (kind === "password") return false;
	if (bare.includes("***") || WORDS.has(bare.replace(/[.:!?)>]+$/, "").toLowerCase())) return true;
	return (STAND_IN.test(bare) || CODE.test(value)) && !isStrong(bare);
}

/** Whether the text is exactly a variable, a mask, a call or a type. */
export function isStandIn(text: string): boolean {
	if (text.length > LONGEST_PLAIN) return false;
	return VARIABLE.test(text) || MASK.test(text) || BRACKETED.test(text) || TYPE.test(text) || WHOLE_CALL.test(text);
}

/** Whether a word after `password: ` is about the password. */
export function isState(word: string): boolean {
	return STATES.has(word.replace(/[.!]$/, "").toLowerCase());
}

/** One word of letters of both cases that looks generated, even if it begins as code does. */
function isStrong(value: string): boolean {
	return value.length >= 10 && /^\S*$/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) && looksRandom(value);
}
