import type { Artefact } from "../../pipeline/artefact.ts";
import {
	buildArtefact,
	type Diagnostic,
	extendsOf,
	type Pack,
	type PackFile,
	PIPELINE_FILE,
	policyDiff,
	renderDiagnostics,
} from "../../pipeline/build/index.ts";
import { explainDelivery, loadPipeline } from "../../pipeline/index.ts";
import type { EngineAnswer, EngineQuestion } from "./messages.ts";

/** The packs and prompts that come with Healer: the only ones that a browser has. */
export interface Shipped {
	/** By the name under `extends`. */
	readonly packs: Readonly<Record<string, { readonly files: readonly PackFile[] }>>;
	/** By name, without `.mustache`. */
	readonly prompts: Readonly<Record<string, string>>;
}

export async function answerQuestion(asked: EngineQuestion, shipped: Shipped): Promise<EngineAnswer> {
	if (asked.kind === "diff")
		return { kind: "diff", lines: policyDiff(asked.active as Artefact, asked.next as Artefact) };
	return await explainEdit(asked, shipped);
}

async function explainEdit(
	{ text, prompts, question }: Extract<EngineQuestion, { kind: "explain" }>,
	shipped: Shipped,
): Promise<EngineAnswer> {
	const packs = Object.fromEntries(extendsOf(text).map((name) => [name, packOf(name, shipped)]));
	// Not as the pipeline's own, which have to be used: an edit may take away the agent that a prompt is for.
	const built = buildArtefact({ text, packs, prompts: {}, packPrompts: { ...shipped.prompts, ...prompts } });
	const render = (found: readonly Diagnostic[]) => renderDiagnostics(found, textsOf(text, packs), false).trimEnd();
	if (!built.ok) return { kind: "problem", problem: render(built.diagnostics) };
	const { artefact, warnings } = built;
	const explained = await explainDelivery(loadPipeline(artefact), artefact.version, question);
	return { kind: "explained", explained, warnings: warnings.length === 0 ? "" : render(warnings) };
}

function packOf(name: string, { packs }: Shipped): Pack {
	const own = Object.hasOwn(packs, name) ? packs[name] : undefined;
	if (own !== undefined) return own;
	if (name.startsWith("healer/")) return { problem: "unknown", shipped: Object.keys(packs) };
	const why = `The browser has only the packs that Healer ships. With \`${name}\`, use \`npx healer explain --pipeline\`.`;
	return { problem: "unreadable", why };
}

function textsOf(text: string, packs: Readonly<Record<string, Pack>>): Readonly<Record<string, string>> {
	const files = Object.values(packs).flatMap((pack) => ("files" in pack ? pack.files : []));
	return { [PIPELINE_FILE]: text, ...Object.fromEntries(files.map((file) => [file.file, file.text])) };
}
