import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import * as z from "zod";
import { isTerminalPhase, TERMINAL_PHASES } from "../../../wire/outcome.ts";
import { codeOf } from "../../file-kind.ts";
import { replaceAtomic } from "./atomic-file.ts";
import { coderunNameOf, coderunPath } from "./coderun-file.ts";
import { renderYaml } from "./coderun-yaml.ts";
import { folders } from "./folders.ts";

export type Finishing =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "unknown_phase" | "unknown_coderun" | "damaged" }
	| { readonly ok: false; readonly reason: "already_finished"; readonly phase: string };

/**
 * Writes a terminal phase into a CodeRun of the state folder, as its controller would. The file is replaced atomically;
 * everything else in it stays. `now` is in milliseconds.
 */
export async function finishCodeRun(state: string, name: string, phase: string, now: number): Promise<Finishing> {
	if (!isTerminalPhase(phase)) return { ok: false, reason: "unknown_phase" };
	if (coderunNameOf(`${name}.yaml`) === undefined) return { ok: false, reason: "unknown_coderun" };
	const path = coderunPath(folders(state).coderuns, name);
	const text = await readOrUndefined(path);
	if (text === undefined) return { ok: false, reason: "unknown_coderun" };

	const coderun = readObject(text);
	if (coderun === undefined) return { ok: false, reason: "damaged" };
	const before = coderun.status?.phase;
	if (typeof before === "string" && isTerminalPhase(before)) {
		return { ok: false, reason: "already_finished", phase: before };
	}
	const status = { ...coderun.status, phase, finishedAt: new Date(now).toISOString() };
	await replaceAtomic(path, renderYaml({ ...coderun, status }));
	return { ok: true };
}

/** One sentence for people. */
export function renderFinishing(name: string, phase: string, finishing: Finishing): string {
	if (finishing.ok) return `${name} is finished: ${phase}`;
	switch (finishing.reason) {
		case "unknown_phase":
			return `${phase} is not a terminal phase of a CodeRun; use one of ${TERMINAL_PHASES.join(", ")}`;
		case "unknown_coderun":
			return `no CodeRun named ${name}`;
		case "damaged":
			return `the file of ${name} is not valid YAML`;
		case "already_finished":
			return `${name} has finished already: ${finishing.phase}`;
		default:
			return finishing satisfies never;
	}
}

async function readOrUndefined(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}

const objectSchema = z.looseObject({ status: z.record(z.string(), z.unknown()).nullish() });

function readObject(text: string): z.infer<typeof objectSchema> | undefined {
	const document = parseDocument(text);
	return document.errors.length > 0 ? undefined : objectSchema.safeParse(document.toJS()).data;
}
