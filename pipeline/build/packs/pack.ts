import { didYouMean } from "../checks/did-you-mean.ts";

/** One file of a pack, by the name that diagnostics give. */
export interface PackFile {
	readonly file: string;
	readonly text: string;
}

/** What an entry of `extends` names: files, which are merged in this order, or why there are none. */
export type Pack = { readonly files: readonly PackFile[] } | PackProblem;

export type PackProblem =
	/** Healer ships no pack of this name. */
	| { readonly problem: "unknown"; readonly shipped: readonly string[] }
	/** Neither `healer/NAME` nor a path. */
	| { readonly problem: "no_path"; readonly shipped: readonly string[] }
	| { readonly problem: "missing" }
	/** A folder without `*.yaml`. */
	| { readonly problem: "empty" }
	/** The file that extends, or a folder that holds it. */
	| { readonly problem: "itself" }
	| { readonly problem: "unreadable"; readonly why: string };

/** What is wrong with an entry of `extends`, and how to fix it. */
export function describeProblem(
	name: string,
	problem: PackProblem,
): { readonly message: string; readonly allowed?: readonly string[] } {
	switch (problem.problem) {
		case "unknown":
			return {
				message: `Healer has no pack \`${name}\`.${didYouMean(name, problem.shipped)}`,
				allowed: problem.shipped,
			};
		case "no_path": {
			const guess = didYouMean(`healer/${name}`, problem.shipped) || ` Did you mean \`./${name}\`?`;
			return { message: `\`${name}\` is neither a pack of Healer, healer/NAME, nor a path, ./NAME.${guess}` };
		}
		case "missing":
			return { message: `There is no file or folder \`${name}\`. Paths are relative to this file.` };
		case "empty":
			return { message: `The folder \`${name}\` holds no *.yaml. Its sub-folders are not read.` };
		case "itself":
			return { message: `\`${name}\` is or holds this file: a file cannot extend itself.` };
		case "unreadable":
			return { message: problem.why };
		default:
			return problem satisfies never;
	}
}
