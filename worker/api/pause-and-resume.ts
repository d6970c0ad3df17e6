import * as z from "zod";
import { duration } from "../../pipeline/grammar/duration.ts";
import { isSameRepository } from "../../pipeline/head-repository.ts";
import { createEffects } from "../create-effects.ts";
import { currentPause, endPauses, type Pause } from "../dispatch/gates.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { listChoices } from "../journal/incident-list.ts";
import { endPause, type RepositoryPause, repositoryPauses, startPause } from "../journal/pauses.ts";
import { storedName } from "../journal/repositories.ts";
import { forgetUnstarted } from "../journal/starts.ts";
import { createLog } from "../log.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import type { PauseAnswer, PausedRepository, ShownPause } from "./shapes.ts";

const MAX_BODY_BYTES = 4096;
const LENGTHS = { least: "1m", most: "30d", why: "it lasts from 1m to 30d" };

// https://docs.github.com/en/rest/repos/repos: an owner is a login, a repository has letters, digits, `-`, `_` and `.`.
const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, "it is owner/name");
const pauseBody = z.strictObject({
	reason: z.string().trim().min(1).max(500).optional(),
	repository: repositoryName.optional(),
	for: duration("How long it lasts.", LENGTHS).optional(),
});
const resumeQuery = z.strictObject({ repository: repositoryName.optional() });

/**
 * `POST /api/pause {reason, repository, for}`: stops spawning for all repositories or for one; incidents wait. It lasts until
 * a person resumes, or for this long. 404 for a repository of which nothing is known: a wrong name would pause nothing.
 */
export async function pauseApi(request: Request, env: Env, ctx: ExecutionContext, caller: Caller): Promise<Response> {
	const body = await readBody(request, MAX_BODY_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const text = decodeUtf8(body.bytes);
	body.release();
	const json = text === "" ? ({ ok: true, value: {} } as const) : parseJson(text);
	if (!json.ok) return errorResponse(400, BODY_PROBLEM);
	const read = pauseBody.safeParse(json.value);
	if (!read.success) return errorResponse(400, `${problemsIn(read.error)}; ${BODY_PROBLEM}`);

	const effects = createEffects(env, createLog());
	const { reason = null, for: length_s } = read.data;
	const repository = await findRepository(effects, read.data.repository);
	if (repository === undefined) return await unknownRepository(effects, String(read.data.repository));

	const now = effects.now();
	const until = length_s === undefined ? null : now + length_s * 1000;
	const detail = [reason, until && `until ${isoOf(until)}`].filter(Boolean).join(", ") || null;
	const audit = { ...caller, action: "pause", target: repository, detail } as const;
	await startPause(effects.journal, { repository, reason, until }, now, audit);
	effects.log.warn("paused", { repository, reason, until: isoOrNull(until), by: caller.who });
	return jsonResponse(200, (await stateOf(effects, repository)) satisfies PauseAnswer);
}

function problemsIn({ issues }: z.ZodError): string {
	return issues
		.map(({ path: [field], message }) => (field === undefined ? message : `${String(field)}: ${message}`))
		.join("; ");
}

const BODY_PROBLEM = "the body is JSON: {reason, repository, for}, each of which may be left out";

/**
 * `DELETE /api/pause?repository=`: ends the pause of all repositories, or of one, and resumes what it deferred, unless another
 * pause or the pipeline's own does as well. The former also resumes what waits because CodeRuns were not started.
 */
export async function resumeApi(request: Request, env: Env, _ctx: ExecutionContext, caller: Caller): Promise<Response> {
	// Strict: a misspelt parameter must not resume everything.
	const read = resumeQuery.safeParse(Object.fromEntries(new URL(request.url).searchParams));
	if (!read.success) return errorResponse(400, "the query is ?repository=owner/name, or is left out");

	const effects = createEffects(env, createLog());
	const repository = await findRepository(effects, read.data.repository);
	if (repository === undefined) return await unknownRepository(effects, String(read.data.repository));

	const entry = { ...caller, action: "resume", target: repository, detail: null } as const;
	await endPause(effects.journal, repository, { entry, now: effects.now() });
	if (repository === null) await forgetUnstarted(effects.journal, effects.now());
	const released = await endPauses(effects);
	effects.log.warn("resumed", { repository, released, by: caller.who });
	return jsonResponse(200, { ...(await stateOf(effects, repository)), released } satisfies PauseAnswer);
}

/**
 * The repository by the name that the journal's incidents have; null: none is named, all are meant; undefined: neither the
 * journal nor, by its full name, the pipeline knows it.
 */
async function findRepository(
	{ engine, journal }: Pick<Effects, "engine" | "journal">,
	named: string | undefined,
): Promise<string | null | undefined> {
	if (named === undefined) return null;
	const stored = await storedName(journal, named);
	return stored ?? (await engine()).settings.repositories.find((one) => isSameRepository(one, named));
}

async function unknownRepository({ engine, journal }: Effects, named: string): Promise<Response> {
	const { repositories } = await listChoices(journal);
	const { settings } = await engine();
	const known = [...new Set([...repositories, ...settings.repositories])];
	const more = known.length > MOST_NAMED ? ` and ${known.length - MOST_NAMED} more` : "";
	const why = "no delivery about it arrived, and settings.repositories does not list it by its name";
	const there = `there are ${known.slice(0, MOST_NAMED).join(", ")}${more}`;
	return errorResponse(404, `unknown repository ${named}: ${why}; ${there}`);
}

const MOST_NAMED = 10;

async function stateOf(
	effects: Effects,
	repository: string | null,
): Promise<Pick<PauseAnswer, "repository" | "paused" | "paused_repositories">> {
	const [paused, repositories] = await Promise.all([
		currentPause(effects, repository ?? undefined),
		repositoryPauses(effects.journal, effects.now()),
	]);
	return { repository, paused: presentPause(paused), paused_repositories: repositories.map(presentRepository) };
}

/** As `/api/status` shows it; null without an active pause. */
export function presentPause(pause: Pause | undefined): ShownPause | null {
	if (pause === undefined) return null;
	return { ...pause, since: isoOrNull(pause.since), until: isoOrNull(pause.until) };
}

export function presentRepository({ repository, reason, since, until }: RepositoryPause): PausedRepository {
	return { repository, reason, since: isoOf(since), until: isoOrNull(until) };
}
