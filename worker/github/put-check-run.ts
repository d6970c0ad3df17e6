import * as z from "zod";
import type { GitHub, GitHubAnswer, InstallationOf } from "./github.ts";
import { ownLogin, partsOf } from "./own-comments.ts";

/** How Healer's check run is called on a commit. */
const CHECK_RUN_NAME = "Healer";

/** A check run of our own App that neither passes nor fails; at most one of a commit has this id. */
export interface NeutralCheckRun {
	readonly of: InstallationOf;
	readonly head_sha: string;
	/** Ours, which GitHub keeps with it. */
	readonly external_id: string;
	readonly title: string;
	/** Markdown. */
	readonly summary: string;
	readonly details_url: string | undefined;
	/** GitHub's number, if known. */
	readonly id: number | undefined;
}

const writtenSchema = z.object({ id: z.number() });
const listSchema = z.object({
	check_runs: z.array(
		z.object({
			id: z.number(),
			external_id: z.string().nullish(),
			app: z.object({ slug: z.string().nullish() }).nullish(),
		}),
	),
});

/**
 * Creates or updates the check run, and answers its number. Repeated calls make one, also after a crash in between: an existing one
 * is found by its id and its author, our own App. Others may copy the id.
 * https://docs.github.com/en/rest/checks/runs#create-a-check-run
 */
export async function putCheckRun(
	github: GitHub,
	run: NeutralCheckRun,
	signal: AbortSignal,
): Promise<GitHubAnswer<number>> {
	const found: GitHubAnswer<number | undefined> =
		run.id === undefined ? await find(github, run, signal) : { ok: true, value: run.id, status: 200, headers: {} };
	if (!found.ok) return found;
	const { of, head_sha, external_id, title, summary, details_url } = run;
	const shown = {
		...partsOf(of.repository),
		...{ name: CHECK_RUN_NAME, external_id, status: "completed" as const, conclusion: "neutral" as const },
		...(details_url !== undefined && { details_url }),
		output: { title, summary },
	};
	const answer =
		found.value === undefined
			? await github.asInstallation(of, "POST /repos/{owner}/{repo}/check-runs", { ...shown, head_sha }, signal)
			: await github.asInstallation(
					of,
					"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
					{ ...shown, check_run_id: found.value },
					signal,
				);
	return numberOf(answer);
}

async function find(
	github: GitHub,
	{ of, head_sha, external_id }: NeutralCheckRun,
	signal: AbortSignal,
): Promise<GitHubAnswer<number | undefined>> {
	const login = await ownLogin(github);
	if (!login.ok) return login;
	const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
	const about = { ...partsOf(of.repository), ref: head_sha, check_name: CHECK_RUN_NAME };
	const listed = await github.asInstallation(of, route, { ...about, filter: "all", per_page: 100 }, signal);
	if (!listed.ok) return listed;
	const read = listSchema.safeParse(listed.value);
	if (!read.success) return notUnderstood(listed.status);
	const own = read.data.check_runs.find(
		(one) => one.external_id === external_id && `${one.app?.slug}[bot]`.toLowerCase() === login.value,
	);
	return { ...listed, value: own?.id };
}

function numberOf(answer: GitHubAnswer<unknown>): GitHubAnswer<number> {
	if (!answer.ok) return answer;
	const read = writtenSchema.safeParse(answer.value);
	return read.success ? { ...answer, value: read.data.id } : notUnderstood(answer.status);
}

function notUnderstood(status: number): GitHubAnswer<never> {
	return { ok: false, failure: { reason: "refused", status, detail: "GitHub's answer is not understood" } };
}
