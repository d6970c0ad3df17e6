import { findAssignedSecrets } from "./assigned-secrets.ts";
import { HEADER_RULES } from "./header-secrets.ts";
import { KNOWN_TOKEN_RULES } from "./known-tokens.ts";
import { findNamedValues } from "./named-values.ts";
import { KEY_IN_A_LINE_RULE } from "./private-key-lines.ts";
import type { RedactionRule } from "./secret-span.ts";
import { TOKEN_SHAPE_RULES } from "./token-shapes.ts";
import { findQuerySecrets, findUserinfo, USERINFO_LITERALS } from "./url-secrets.ts";

const SECRET_WORDS = ["pass", "pwd", "secret", "token", "key", "cred"];
const SIGNED_BY = ["sig", "auth=", "jwt=", "hmac=", "code=", "state=", "sid=", "session="];

/** In this order: the most specific rules come first, and their marks are not searched again. */
export const REDACTION_RULES: readonly RedactionRule[] = [
	KEY_IN_A_LINE_RULE,
	...KNOWN_TOKEN_RULES,
	...TOKEN_SHAPE_RULES,
	{ literals: USERINFO_LITERALS, find: findUserinfo },
	...HEADER_RULES,
	{ literals: [...SECRET_WORDS, ...SIGNED_BY], find: findQuerySecrets },
	{ literals: SECRET_WORDS, find: findNamedValues },
	{ literals: SECRET_WORDS, find: findAssignedSecrets },
];
