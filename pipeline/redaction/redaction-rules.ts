import { findAssignedSecrets } from "./assigned-secrets.ts";
import { BARE_TOKEN_RULE, INNER_TOKEN_RULES } from "./bare-tokens.ts";
import { CREDENTIAL_FORM_RULES } from "./credential-forms.ts";
import { HEADER_RULES } from "./header-secrets.ts";
import { findNamedValues } from "./named-values.ts";
import { KEY_IN_A_LINE_RULE } from "./private-key-lines.ts";
import type { RedactionRule } from "./secret-span.ts";
import { findInRow } from "./table-cells.ts";
import { TOKEN_SHAPE_RULES } from "./token-shapes.ts";
import { findQuerySecrets, findUserinfo, USERINFO_LITERALS } from "./url-secrets.ts";
import { WEBHOOK_RULES } from "./webhook-addresses.ts";

const SECRET_WORDS = ["pass", "pwd", "_pw", "secret", "token", "key", "cred"];
const SIGNED_BY = ["sig", "auth=", "jwt=", "hmac=", "code=", "state=", "sid=", "session="];

/** In this order: the most specific rules come first, and their marks are not searched again. */
export const REDACTION_RULES: readonly RedactionRule[] = [
	KEY_IN_A_LINE_RULE,
	...WEBHOOK_RULES,
	...TOKEN_SHAPE_RULES,
	...INNER_TOKEN_RULES,
	BARE_TOKEN_RULE,
	{ literals: USERINFO_LITERALS, find: findUserinfo },
	...HEADER_RULES,
	...CREDENTIAL_FORM_RULES,
	{ literals: [...SECRET_WORDS, ...SIGNED_BY], find: findQuerySecrets },
	{ literals: SECRET_WORDS, find: findNamedValues },
	{ literals: ["|", "│", "┃", "║"], find: findInRow },
	{ literals: SECRET_WORDS, find: findAssignedSecrets },
];

/** The rules for tokens without a literal, which a long run of letters and digits calls. */
export const RULES_OF_RUNS: readonly number[] = [REDACTION_RULES.indexOf(BARE_TOKEN_RULE)];
