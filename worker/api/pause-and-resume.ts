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
import {
	type AgentPause,
	agentPauses,
	endPause,
	type PauseScope,
	type RepositoryPause,
	repositoryPauses,
	startPause,
} from "../journal/pauses.ts";
import { storedName } from "../journal/repositories.ts";
import { forgetUnstarted } from "../journal/starts.ts";
import { createLog } from "../log.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import type { PauseAnswer, ShownPause } from "./shapes.ts";

const MAX_BODY_BYTES = 4096;
const LENGTHS = { least: "1m", most: "30d", why: "it lasts from 1m to 30d" };

// https://docs.github.com/en/rest/repos/repos: an owner is a login, a repository has letters, digits, `-`, `_` and `.`.
const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, "it is owner/name");
const agentName = z.string().min(1).max(30);
const pauseBody = z.strictObject({
	reason: z.string().trim().min(1).max(500).optional(),
	repository: repositoryName.optional(),
	agent: agentName.optional(),
	for: duration("How long it lasts.", LENGTHS).optional(),
});
const resumeQuery = z.strictObject({ repository: repositoryName.optional(), agent: agentName.optional() });

/**
 * `POST /api/pause {reason, repository, agent, for}`: stops spawning in all repositories, in one, or of one agent; incidents wait.
 * It lasts until a person resumes, or for this long. 404 for a repository or an agent of which nothing is known: a wrong name would
 * pause nothing.
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
	const found = await findScope(effects, read.data);
	if (found instanceof Response) return found;

	const now = effects.now();
	const until = length_s === undefined ? null : now + length_s * 1000;
	const detail = [reason, until && `until ${isoOf(until)}`].filter(Boolean).join(", ") || null;
	const audit = { ...caller, action: "pause", target: targetOf(found), detail } as const;
	await startPause(effects.journal, { ...found, reason, until }, now, audit);
	effects.log.warn("paused", { ...found, reason, until: isoOrNull(until), by: caller.who });
	return jsonResponse(200, (await stateOf(effects, found)) satisfies PauseAnswer);
}

function problemsIn({ issues }: z.ZodError): string {
	return issues
		.map(({ path: [field], message }) => (field === undefined ? message : `${String(field)}: ${message}`))
		.join("; ");
}

const BODY_PROBLEM = "the body is JSON: {reason, repository, agent, for}, each of which may be left out";

/**
 * `DELETE /api/pause?repository=` or `?agent=`: ends the pause of everything, or of one, and resumes what it deferred, unless another
 * pause or the pipeline's own does as well. The former also resumes what waits because CodeRuns were not started.
 */
export async function resumeApi(request: Request, env: Env, _ctx: ExecutionContext, caller: Caller): Promise<Response> {
	// Strict: a misspelt parameter must not resume everything.
	const read = resumeQuery.safeParse(Object.fromEntries(new URL(request.url).searchParams));
	if (!read.success) return errorResponse(400, "the query is ?repository=owner/name or ?agent=name, or is left out");

	const effects = createEffects(env, createLog());
	const found = await findScope(effects, read.data);
	if (found instanceof Response) return found;

	const entry = { ...caller, action: "resume", target: targetOf(found), detail: null } as const;
	await endPause(effects.journal, found, effects.now(), entry);
	if (targetOf(found) === null) await forgetUnstarted(effects.journal, effects.now());
	const released = await endPauses(effects);
	effects.log.warn("resumed", { ...found, released, by: caller.who });
	return jsonResponse(200, { ...(await stateOf(effects, found)), released } satisfies PauseAnswer);
}

function targetOf({ repository, agent }: PauseScope): string | null {
	return repository ?? (agent === undefined ? null : `agent ${agent}`);
}

/** What a request names, by the names that the journal has; a response if nothing is known of it. */
async function findScope(effects: Effects, named: PauseScope): Promise<PauseScope | Response> {
	const { repository, agent } = named;
	if (repository !== undefined && agent !== undefined) {
		return errorResponse(400, "name a repository or an agent, not both");
	}
	if (agent !== undefined) return (await isKnownAgent(effects, agent)) ? { agent } : await unknownAgent(effects, agent);
	if (repository === undefined) return {};
	const found = await findRepository(effects, repository);
	return found === undefined ? await unknownRepository(effects, repository) : { repository: found };
}

/** An agent that the pipeline no longer has may still be paused, and have incidents. */
async function isKnownAgent({ engine, journal, now }: Effects, named: string): Promise<boolean> {
	if ((await engine()).agents.includes(named)) return true;
	const [paused, { agents }] = await Promise.all([agentPauses(journal, now()), listChoices(journal)]);
	return agents.includes(named) || paused.some(({ agent }) => agent === named);
}

async function unknownAgent({ engine }: Effects, named: string): Promise<Response> {
	const { agents } = await engine();
	return errorResponse(404, `unknown agent ${named}: there are ${agents.join(", ")}`);
}

/**
 * The repository by the name that the journal's incidents have; undefined: neither the journal nor, by its full name, the
 * pipeline knows it.
 */
async function findRepository(
	{ engine, journal }: Pick<Effects, "engine" | "journal">,
	named: string,
): Promise<string | undefined> {
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

async function stateOf(effects: Effects, of: PauseScope): Promise<Omit<PauseAnswer, "released">> {
	const [paused, repositories, agents] = await Promise.all([
		currentPause(effects, of),
		repositoryPauses(effects.journal, effects.now()),
		agentPauses(effects.journal, effects.now()),
	]);
	return {
		repository: of.repository ?? null,
		agent: of.agent ?? null,
		paused: presentPause(paused),
		paused_repositories: repositories.map(presentPaused),
		paused_agents: agents.map(presentPaused),
	};
}

/** As `/api/status` shows it; null without an active pause. */
export function presentPause(pause: Pause | undefined): ShownPause | null {
	if (pause === undefined) return null;
	return { ...pause, since: isoOrNull(pause.since), until: isoOrNull(pause.until) };
}

export function presentPaused<Pause extends RepositoryPause | AgentPause>({ set_by, since, until, ...pause }: Pause) {
	return { ...pause, by: set_by, since: isoOf(since), until: isoOrNull(until) };
}
