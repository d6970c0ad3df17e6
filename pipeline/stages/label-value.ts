import { sha256Hex } from "../expression/sha256-hex.ts";

const MAX_LENGTH = 63;
const HASH_LENGTH = 10;

/**
 * A text as a Kubernetes label value: at most 63 characters of `A-Za-z0-9_.-`, letters or digits at both ends
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/). A changed value ends in a hash of the
 * original, so that `feat/a` and `feat-a` stay different.
 */
export function labelValue(text: string): string {
	if (/^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/.test(text)) return text;
	const hash = sha256Hex(text).slice(0, HASH_LENGTH);
	const head = text
		.slice(0, MAX_LENGTH - HASH_LENGTH - 1)
		.replaceAll(/[^\w.-]/g, "-")
		.replace(/^[^A-Za-z0-9]+/, "")
		.replace(/[^A-Za-z0-9]+$/, "");
	return head === "" ? hash : `${head}-${hash}`;
}
