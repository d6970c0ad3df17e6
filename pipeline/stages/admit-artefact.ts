import type { Artefact } from "../artefact.ts";
import { expressionsOf } from "../artefact-expressions.ts";
import { artefactVersion } from "../artefact-version.ts";
import { parseExpression, walkAst } from "../expression/ast.ts";
import { boundedMessage } from "../expression/bounded-message.ts";
import { PatternLiteral } from "../expression/pattern-literal.ts";
import { readPattern } from "../log/log-pattern.ts";
import { parsePrompt } from "../prompt/compile-prompts.ts";
import { compileLinear } from "../text/compile-linear.ts";
import { loadPipeline, type Pipeline } from "./load-pipeline.ts";

/** As long as the YAML reader takes. */
const MAX_SOURCE = 512 * 1024;

export type Admission =
	| { readonly ok: true; readonly artefact: Artefact }
	/** One sentence for people. */
	| { readonly ok: false; readonly reason: string };

/**
 * Decides whether foreign data is an artefact that may run. Its version must be the hash of its content, so nothing was
 * lost or changed since the build, and this program must be able to run all of it.
 */
export function admitArtefact(value: unknown): Admission {
	if (typeof value !== "object" || value === null || !("version" in value)) return refused("it has no version");
	const { version, ...rest } = value;
	// Any value: the hash proves that it was built, and loading proves that it fits this program.
	const artefact = value as Artefact;
	if (version !== artefactVersion(rest as Omit<Artefact, "version">)) {
		return refused("its version is not the hash of its content");
	}
	if (artefact.source !== undefined && !(typeof artefact.source === "string" && artefact.source.length <= MAX_SOURCE)) {
		return refused("its source is no text of at most 512 KiB");
	}
	try {
		const pipeline = loadPipeline(artefact);
		// Check what loading defers to first use, too.
		for (const name of Object.keys(pipeline) as (keyof Pipeline)[]) void pipeline[name];
		for (const text of expressionsOf(artefact)) tryExpression(text);
		for (const written of artefact.log_patterns) {
			const { pattern } = readPattern(written);
			if (pattern.kind === "regex") tryRegex(pattern);
		}
		for (const text of Object.values(artefact.prompts)) parsePrompt(text);
		return { ok: true, artefact };
	} catch (thrown) {
		return refused(`it does not load: ${boundedMessage(thrown)}`);
	}
}

function refused(reason: string): Admission {
	return { ok: false, reason };
}

function tryExpression(text: string): void {
	const parsing = parseExpression(text);
	if (!parsing.ok) throw new Error(`\`${text}\` does not parse: ${parsing.diagnostic.message}`);
	walkAst(parsing.parsed.ast, ({ value }) => {
		if (value instanceof PatternLiteral || value instanceof RegExp) tryRegex(value);
	});
}

/** Throws when RE2 rejects it. */
function tryRegex({ source, flags }: { readonly source: string; readonly flags: string }): void {
	compileLinear(source, flags);
}
