/** Masks, variables and placeholders, which stand in for a secret. */
const STAND_IN =
	/^(?:\*{3,}|x{3,}|X{3,}|\.{3,}|…|•{3,}|\$[\w{(].*|%\w+%|\{\{.*|\{\w*\}|<.*|\[.*|#.*|@\w+|(?:secrets?|env|vars|inputs|steps|process|self|this|os|data|var|local|args)\.\S+)$/s;

/** Calls, code paths, and ends of statements. */
const CODE =
	/[(]|^[A-Za-z_$][\w$]*\[|^[A-Za-z_$][A-Za-z_$]*(?:(?:\.|::|->)[A-Za-z_$][A-Za-z_$]*)+[,;]?$|^&?[A-Za-z_<>&]*;$/;

const LONGEST_PLAIN = 200;

/** Words that follow a name such as `token` in help texts, permissions, types and messages. */
const WORDS = new Set(
	`true false yes no on off null nil none undefined nan empty unset default optional required string str number int integer
	boolean bool bytes any object text value values password passwd passphrase pwd secret secrets token tokens key keys
	credential credentials read write admin id-token created unchanged configured deleted updated pruned patched expired invalid
	missing found valid unknown failed denied incorrect wrong ok error errors is are was were has have must should can cannot
	may will not to of or and for from in at on by with the a an this that it its as if flag option argument parameter file
	stdin env auto enabled disabled set hidden masked sensitive redacted file path name type bearer basic digest`.split(
		/\s+/,
	),
);

/** Whether the text after a secret's name is not a secret: a mask, a variable, code, a type, a word of prose. */
export function isPlainValue(value: string): boolean {
	if (value.length > LONGEST_PLAIN) return false;
	const bare = value.replace(/^[\\"'`]+|[\\"'`,;>]+$/g, "");
	if (!/[\p{L}\p{N}]/u.test(bare)) return true;
	if (bare.includes("***") || STAND_IN.test(bare) || CODE.test(value)) return true;
	return WORDS.has(bare.replace(/[.:!?)]+$/, "").toLowerCase());
}
