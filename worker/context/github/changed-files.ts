import * as z from "zod";
import type { ChangedFile, ChangedFiles } from "../../../pipeline/context.ts";
import type { Incident } from "../../../pipeline/index.ts";
import type { SourceResult } from "../source.ts";
import { type CachedQueries, type FileAnswer, fileSchema } from "./cached-queries.ts";
import { compact, type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";

// GitHub lists up to 3,000 files of a pull request: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
const MOST_FILES = 1000;
const PER_PAGE = 100;
// The most that a comparison or a commit lists: https://docs.github.com/en/rest/commits/commits#compare-two-commits
const LISTED_AT_ONCE = 300;
const MOST_PATH_CHARACTERS = 256 * 1024;

type Found = {
	readonly of: NonNullable<ChangedFiles["of"]>;
	readonly files: readonly FileAnswer[];
	readonly total: number;
};

/**
 * `github.changed_files`: of the pull request, else of the branch since it left the default branch, else of the commit
 * alone.
 */
export async function askChangedFiles(
	client: RepoClient,
	queries: CachedQueries,
	incident: Incident,
	signal: AbortSignal,
): Promise<SourceResult> {
	const pull = await queries.pullRequest();
	if (!pull.ok) return sourceFailure(pull.problem);
	const found =
		pull.value === undefined
			? ((await ofBranch(client, incident, signal)) ?? (await ofCommit(queries)))
			: await ofPullRequest(client, pull.value.number, pull.value.changed_files ?? undefined, signal);
	if (!found.ok) return sourceFailure(found.problem);
	if (found.value.files.length === 0) return { status: "empty" };
	return resultOf(found.value);
}

async function ofPullRequest(
	{ get, repo }: RepoClient,
	pull_number: number,
	total: number | undefined,
	signal: AbortSignal,
): Promise<Parsed<Found>> {
	const files: FileAnswer[] = [];
	for (let page = 1; files.length < MOST_FILES; page++) {
		const parameters = { ...repo, pull_number, per_page: PER_PAGE, page };
		const answer = await get("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", parameters, signal);
		const more = parseResponse(z.array(fileSchema), answer);
		if (!more.ok) return more;
		files.push(...more.value);
		if (more.value.length < PER_PAGE) break;
	}
	return { ok: true, value: { of: "pull_request", files, total: Math.max(total ?? 0, files.length) } };
}

const compareSchema = z.object({ files: z.array(fileSchema).nullish() });

/** Undefined if there is nothing to compare, or no common ancestor. */
async function ofBranch(
	{ get, repo }: RepoClient,
	{ branch, default_branch, head_sha }: Incident,
	signal: AbortSignal,
): Promise<Parsed<Found> | undefined> {
	if (default_branch === undefined || head_sha === undefined || branch === undefined) return undefined;
	if (branch === default_branch) return undefined;
	const parameters = { ...repo, basehead: `${default_branch}...${head_sha}`, per_page: 1 };
	const compared = parseResponse(
		compareSchema,
		await get("GET /repos/{owner}/{repo}/compare/{basehead}", parameters, signal),
	);
	if (!compared.ok) return compared.problem.reason === "not_found" ? undefined : compared;
	const files = compared.value.files ?? [];
	if (files.length === 0) return undefined;
	return { ok: true, value: listedAtOnce("branch", files) };
}

async function ofCommit({ commit }: CachedQueries): Promise<Parsed<Found>> {
	const found = await commit();
	if (!found.ok) return found;
	return { ok: true, value: listedAtOnce("commit", found.value?.files ?? []) };
}

/** `total` is infinite if GitHub's list ends at its limit: it does not report the total. */
function listedAtOnce(of: Found["of"], files: readonly FileAnswer[]): Found {
	return { of, files, total: files.length >= LISTED_AT_ONCE ? Number.POSITIVE_INFINITY : files.length };
}

function resultOf({ of, files, total }: Found): SourceResult {
	const kept = boundedFiles(files).map(changedFile);
	const data: ChangedFiles = {
		of,
		files: kept,
		...(Number.isFinite(total) && { total }),
		additions: sum(kept.map(({ additions = 0 }) => additions)),
		deletions: sum(kept.map(({ deletions = 0 }) => deletions)),
	};
	if (total <= kept.length) return { status: "ok", data };
	const all = Number.isFinite(total) ? `${total} files` : "more files than GitHub lists";
	return { status: "ok", data, incomplete: `the first ${kept.length} of ${all}` };
}

/** Bounds the characters as well: a path may be as long as a file system allows. */
function boundedFiles(files: readonly FileAnswer[]): readonly FileAnswer[] {
	let characters = 0;
	const cut = files.slice(0, MOST_FILES).findIndex(({ filename, previous_filename }) => {
		characters += filename.length + (previous_filename?.length ?? 0);
		return characters > MOST_PATH_CHARACTERS;
	});
	return files.slice(0, cut === -1 ? MOST_FILES : cut);
}

function changedFile({ filename, previous_filename, status, additions, deletions }: FileAnswer): ChangedFile {
	return { path: filename, ...compact({ previous_path: previous_filename, status, additions, deletions }) };
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
