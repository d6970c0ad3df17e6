import { findGroup } from "./pattern-rule.ts";
import { secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** `{"name": "DB_PASSWORD", "value": "..."}`, the form in manifests and settings; `<add key="..." value="..."/>`. */
const PAIR =
	/\\*["']?\b(?:name|key|id)\\*["']?\s{0,3}[:=]\s{0,3}\\*["']?(?<name>[\w.:-]{1,80})\\*["']?(?:\s{0,3},\s{0,3}|\s{1,3}(?:type=["']\w{1,20}["']\s{1,3})?)\\*["']?value\\*["']?\s{0,3}[:=]\s{0,3}(?:(?<quote>\\*["'])(?<quoted>(?:(?!\k<quote>).){1,4096})|(?<bare>[^"'\\,}\s][^"'\\,}\n]{0,4096}))/dgi;

/** Values beside a secret's name, in one line. */
export function findNamedValues(line: string): SecretSpan[] {
	return ["quoted", "bare"].flatMap((group) => findGroup(line, PAIR, group, secretKindOf));
}
