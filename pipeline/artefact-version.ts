import type { Artefact } from "./artefact.ts";
import { sha256Hex } from "./expression/sha256-hex.ts";
import { canonicalJson } from "./stages/canonical-json.ts";

/** What an artefact's version is: 16 hex digits of the SHA-256 of all the rest. Undefined when it is nested too deep. */
export function artefactVersion(rest: Omit<Artefact, "version">): string | undefined {
	const canonical = canonicalJson(rest);
	return canonical === undefined ? undefined : sha256Hex(canonical).slice(0, 16);
}
