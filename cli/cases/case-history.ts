import { parseDocument } from "yaml";
import * as z from "zod";
import type { CheckHistory, Incident, KnownCommit } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { readText } from "../read-input.ts";

/** What a case says of the check's history: its results so far, in their order. */
export const caseHistory = z.strictObject({
	/** The branch that the pull request is merged into. */
	base: z.string(),
	results: z.array(
		z.strictObject({
			branch: z.string(),
			sha: z.string(),
			/** `same`: it failed for the cause of the case; `other`: for another one; `failed`: nobody knows for which. */
			result: z.enum(["passed", "same", "other", "failed"]),
			author: z.string().optional(),
			/** Absent: not known. */
			parents: z.array(z.string()).optional(),
		}),
	),
});

export type CaseHistory = z.infer<typeof caseHistory>;

/** Reads a history from a file, YAML or JSON. */
export async function readHistoryFile(file: string): Promise<Result<CaseHistory>> {
	const text = await readText(file);
	if (!text.ok) return text;
	const document = parseDocument(text.value);
	const [error] = document.errors;
	if (error !== undefined) return fail(`${file} is not YAML: ${error.message.split("\n")[0]}`);
	const checked = caseHistory.safeParse(document.toJS());
	return checked.success ? ok(checked.data) : fail(`${file}: ${z.prettifyError(checked.error)}`);
}

/** The history that a hub would have. `fingerprint`: the key of the case's own cause; null where nothing identifies it. */
export function historyOfCase(
	{ base, results }: CaseHistory,
	{ branch = "", head_sha = "", author }: Incident,
	fingerprint: string | null,
): CheckHistory {
	const causes = { passed: null, same: fingerprint, other: "another cause", failed: null };
	const commits = results.map(({ sha, author: by, parents }): [string, KnownCommit] => [
		sha,
		{ ...(parents !== undefined && { parents }), ...(by !== undefined && { author: by }) },
	]);
	const own: KnownCommit = author === undefined ? {} : { author: author.login };
	return {
		base,
		red: { branch, check: "the check", sha: head_sha, began_at: results.length },
		results: results.map(({ result, ...of }, began_at) => ({
			...{ branch: of.branch, check: "the check", sha: of.sha, began_at },
			...{ is_green: result === "passed", fingerprint: causes[result] },
		})),
		commits: new Map([[head_sha, own], ...commits]),
	};
}
