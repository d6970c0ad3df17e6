import bundled from "../../dist/pipeline.json";
import { type Artefact, admitArtefact } from "../../pipeline/index.ts";
import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { createEffects } from "../create-effects.ts";
import { invalidateEngine } from "../engine.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import {
	activatePipeline,
	activePipeline,
	findPipeline,
	listPipelines,
	type PushedPipeline,
	storePipeline,
} from "../journal/pipelines.ts";
import { createLog, type Log } from "../log.ts";
import { publishPipeline, unpublish } from "../published-pipeline.ts";
import { systemClock } from "../runtime/clock.ts";
import { isoOf } from "./iso-time.ts";
import type { HubStatus, PipelineSource } from "./shapes.ts";

/** The shipped artefact has 150 KB; a row of the journal is limited to 2 MB: https://developers.cloudflare.com/d1/platform/limits/ */
const MAX_ARTEFACT_BYTES = 1_500_000;

/** The name by which the version that the worker was deployed with is chosen. */
const BUNDLED = "bundled";

/**
 * `GET /api/pipeline`: the version loaded in this isolate, the active one, and those to roll back to; `?with=source`: the
 * active one's text and prompts, to be edited in the playground.
 */
export async function showPipeline(request: Request, env: Env): Promise<Response> {
	const more = new URL(request.url).searchParams.get("with");
	if (more === "source") return jsonResponse(200, await sourceOf(env));
	if (more !== null) return errorResponse(400, "with may be source");
	const [engine, active, versions] = await Promise.all([
		createEffects(env, createLog()).engine(),
		activePipeline(env.JOURNAL),
		listPipelines(env.JOURNAL),
	]);
	return jsonResponse(200, {
		version: engine.version,
		active: active ?? BUNDLED,
		versions: versions.map((pushed) => presentPushed(pushed, active)),
	});
}

async function sourceOf(env: Env): Promise<PipelineSource> {
	const active = await activePipeline(env.JOURNAL);
	const stored = active === null ? undefined : await findPipeline(env.JOURNAL, active);
	const { version, source = null, prompts } = stored === undefined ? bundled : (JSON.parse(stored) as Artefact);
	return { version, source, prompts };
}

type PushedVersion = HubStatus["pipelines"][number];

/** A version as the API shows it. */
export function presentPushed(
	{ version, pushed_at, author, message }: PushedPipeline,
	active: string | null,
): PushedVersion {
	return { version, pushed_at: isoOf(pushed_at), author, message, active: version === active };
}

/**
 * `PUT /api/pipeline?author=&message=`: activates a built artefact, here at once and everywhere within a minute. Author and
 * message are recorded with it; without an author, the caller is.
 */
export async function pushPipeline(
	request: Request,
	env: Env,
	ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const log = createLog({ push: "pipeline", by: caller.who });
	const said = readPushRecord(new URL(request.url).searchParams);
	if (typeof said === "string") return errorResponse(400, said);
	const body = await readBody(request, MAX_ARTEFACT_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	try {
		const json = parseJson(decodeUtf8(body.bytes));
		const admission = admitArtefact(json.ok ? json.value : undefined);
		if (!admission.ok) {
			log.warn("pipeline rejected", { reason: admission.reason });
			return errorResponse(400, `not a valid pipeline: ${admission.reason}`);
		}
		const { artefact } = admission;
		const before = await activePipeline(env.JOURNAL);
		const by = said.author === null ? null : `by ${said.author}`;
		const detail = [wasActive(before), by, said.message].filter((part) => part !== null).join("; ");
		const audit = { ...caller, action: "push", target: artefact.version, detail } as const;
		const record = { ...said, author: said.author ?? caller.who };
		const deleted = await storePipeline(env.JOURNAL, artefact, systemClock.now(), record, audit);
		await publish(env, log, deleted);
		log.info("pipeline pushed", { pipeline: artefact.version, before: before ?? BUNDLED });
		return jsonResponse(200, { version: artefact.version, before: before ?? BUNDLED });
	} finally {
		body.release();
	}
}

interface SaidByPush {
	readonly author: string | null;
	readonly message: string | null;
}

/** What the push says about itself, or what is wrong with it. */
function readPushRecord(query: URLSearchParams): SaidByPush | string {
	const [author, message] = [oneLine(query.get("author")), oneLine(query.get("message"))];
	if (author !== null && author.length > 100) return "author has more than 100 characters";
	if (message !== null && message.length > 1000) return "message has more than 1000 characters";
	return { author, message };
}

/** Visible text without secrets; null if nothing is left. */
function oneLine(given: string | null): string | null {
	const text = (given ?? "").replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
	return text === "" ? null : redactText(text);
}

/** `POST /api/pipeline/rollback`, `{to}` or no body: activates the version pushed before the active one, or `to`. */
export async function rollBackPipeline(
	request: Request,
	env: Env,
	ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const log = createLog({ push: "rollback", by: caller.who });
	const body = await readBody(request, 1000);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const text = decodeUtf8(body.bytes);
	body.release();
	const rollback = text === "" ? { ok: true, to: undefined } : readRollback(text);
	if (!rollback.ok) return errorResponse(400, 'the body is {"to": "a version"}, or nothing');

	const [before, versions] = await Promise.all([activePipeline(env.JOURNAL), listPipelines(env.JOURNAL)]);
	const target = rollback.to === undefined ? oneBefore(before, versions) : named(rollback.to, versions);
	if (target === undefined) {
		return rollback.to === undefined
			? errorResponse(409, "there is no version before the active one")
			: errorResponse(404, "no such version is kept");
	}
	const audit = { ...caller, action: "rollback", target: target ?? BUNDLED, detail: wasActive(before) } as const;
	await activatePipeline(env.JOURNAL, target, systemClock.now(), audit);
	await publish(env, log, []);
	log.info("pipeline rolled back", { pipeline: target ?? BUNDLED, before: before ?? BUNDLED });
	return jsonResponse(200, { version: target ?? BUNDLED, before: before ?? BUNDLED });
}

function readRollback(text: string | undefined): { readonly ok: boolean; readonly to?: string } {
	const json = parseJson(text);
	if (!json.ok || typeof json.value !== "object" || json.value === null) return { ok: false };
	const { to, ...others } = json.value as Readonly<Record<string, unknown>>;
	if (Object.keys(others).length > 0 || (to !== undefined && typeof to !== "string")) return { ok: false };
	return { ok: true, ...(to !== undefined && { to }) };
}

/** The deployed version comes before the first pushed one; before the deployed version there is none. */
function oneBefore(active: string | null, versions: readonly PushedPipeline[]): string | null | undefined {
	if (active === null) return undefined;
	const at = versions.findIndex(({ version }) => version === active);
	return versions[at + 1]?.version ?? null;
}

function named(to: string, versions: readonly PushedPipeline[]): string | null | undefined {
	if (to === BUNDLED) return null;
	return versions.find(({ version }) => version === to)?.version;
}

/** The journal already has the version: if KV rejects it now, the sweep publishes it within a minute. */
async function publish(env: Env, log: Log, deleted: readonly string[]): Promise<void> {
	try {
		await publishPipeline(env.JOURNAL, env.DEDUP);
		for (const version of deleted) await unpublish(env.DEDUP, version);
	} catch (cause) {
		log.warn("active pipeline not published, the sweep retries", { cause });
	}
	invalidateEngine();
}

/** For the audit trail. */
function wasActive(before: string | null): string {
	return `${before ?? BUNDLED} was active`;
}
