import * as z from "zod";
import type { RepoClient } from "./asking.ts";
import { hasFailed } from "./failed-jobs.ts";
import { type Parsed, parseResponse } from "./told.ts";

/** A failed check of an App, or a failed commit status. */
export interface RedCheck {
	readonly name: string;
	/** The slug of the App that owns the check; a commit status has none. */
	readonly app?: string;
	readonly url?: string;
	/** What it says; may be empty. */
	readonly output: string;
}

const PER_PAGE = 100;
export const MOST_CHECKS_LOOKED_AT = 300;
const ACTIONS = "github-actions";

const checksSchema = z.object({
	check_runs: z.array(
		z.object({
			name: z.string(),
			conclusion: z.string().nullish(),
			html_url: z.string().nullish(),
			app: z.object({ slug: z.string().nullish() }).nullish(),
			output: z
				.object({ title: z.string().nullish(), summary: z.string().nullish(), text: z.string().nullish() })
				.nullish(),
		}),
	),
});

/** The newest of each name by each App on a commit. Those of GitHub Actions are left out: they are jobs, which their runs tell. */
export async function redChecks(
	{ get, repo }: RepoClient,
	ref: string,
): Promise<Parsed<{ readonly red: readonly RedCheck[]; readonly isCut: boolean }>> {
	const red: RedCheck[] = [];
	for (let page = 1; page * PER_PAGE <= MOST_CHECKS_LOOKED_AT; page++) {
		const parameters = { ...repo, ref, filter: "latest", per_page: PER_PAGE, page } as const;
		const list = parseResponse(
			checksSchema,
			await get("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", parameters),
		);
		if (!list.ok) return list;
		const { check_runs } = list.value;
		for (const { name, conclusion, html_url, app, output } of check_runs) {
			if (app?.slug === ACTIONS || !hasFailed(conclusion)) continue;
			const said = [output?.title, output?.summary, output?.text].filter(Boolean).join("\n");
			red.push({ name, ...(app?.slug && { app: app.slug }), ...(html_url && { url: html_url }), output: said });
		}
		if (check_runs.length < PER_PAGE) return { ok: true, value: { red, isCut: false } };
	}
	return { ok: true, value: { red, isCut: true } };
}

const statusesSchema = z.object({
	statuses: z.array(
		z.object({
			context: z.string(),
			state: z.string(),
			description: z.string().nullish(),
			target_url: z.string().nullish(),
		}),
	),
});

/** The newest of each context on a commit. */
export async function redStatuses({ get, repo }: RepoClient, ref: string): Promise<Parsed<readonly RedCheck[]>> {
	const parameters = { ...repo, ref, per_page: PER_PAGE };
	const list = parseResponse(statusesSchema, await get("GET /repos/{owner}/{repo}/commits/{ref}/status", parameters));
	if (!list.ok) return list;
	const red = list.value.statuses.filter(({ state }) => state === "failure" || state === "error");
	return {
		ok: true,
		value: red.map(({ context, description, target_url }) => ({
			name: context,
			...(target_url && { url: target_url }),
			output: description ?? "",
		})),
	};
}
