import { admitArtefact } from "../../pipeline/index.ts";
import { createEffects } from "../create-effects.ts";
import { invalidateEngine } from "../engine.ts";
import type { Env } from "../env.ts";
import { hasToken, mayRead } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse, unauthorized } from "../http/responses.ts";
import {
	activatePipeline,
	activePipeline,
	listPipelines,
	type PushedPipeline,
	storePipeline,
} from "../journal/pipelines.ts";
import { createLog, type Log } from "../log.ts";
import { publishPipeline, unpublish } from "../published-pipeline.ts";
import { systemClock } from "../runtime/clock.ts";
import { isoOf } from "./iso-time.ts";
import type { HubStatus } from "./shapes.ts";

/** The shipped one has 150 KB; a row of the journal holds 2 MB: https://developers.cloudflare.com/d1/platform/limits/ */
const MAX_ARTEFACT_BYTES = 1_500_000;

/** The name of the version that the worker was deployed with, where one is chosen. */
const BUNDLED = "bundled";

/** `GET /api/pipeline`: the version that this isolate works by, the one that shall be in force, those to roll back to. */
export async function showPipeline(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return unauthorized();
	const [engine, inForce, versions] = await Promise.all([
		createEffects(env, createLog()).engine(),
		activePipeline(env.JOURNAL),
		listPipelines(env.JOURNAL),
	]);
	return jsonResponse(200, {
		version: engine.version,
		active: inForce ?? BUNDLED,
		versions: versions.map((pushed) => presentPushed(pushed, inForce)),
	});
}

type PushedVersion = HubStatus["pipelines"][number];

/** A version as the API shows it. */
export function presentPushed({ version, pushed_at }: PushedPipeline, inForce: string | null): PushedVersion {
	return { version, pushed_at: isoOf(pushed_at), active: version === inForce };
}

/** `PUT /api/pipeline`: a built artefact comes into force, here at once and everywhere within a minute. */
export async function pushPipeline(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const log = createLog({ push: "pipeline" });
	if (!(await hasToken(request, env))) return withoutToken(log);
	const body = await readBody(request, MAX_ARTEFACT_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	try {
		const json = parseJson(decodeUtf8(body.bytes));
		const admission = admitArtefact(json.ok ? json.value : undefined);
		if (!admission.ok) {
			log.warn("a pipeline was refused", { reason: admission.reason });
			return errorResponse(400, `this is no pipeline that can run: ${admission.reason}`);
		}
		const { artefact } = admission;
		const before = await activePipeline(env.JOURNAL);
		const forgotten = await storePipeline(env.JOURNAL, artefact, systemClock.now());
		await handOut(env, log, forgotten);
		log.info("a pipeline was pushed", { pipeline: artefact.version, before: before ?? BUNDLED });
		return jsonResponse(200, { version: artefact.version, before: before ?? BUNDLED });
	} finally {
		body.release();
	}
}

/** `POST /api/pipeline/rollback`, `{to}` or nothing: the version pushed before the one in force comes back, or `to`. */
export async function rollBackPipeline(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
	const log = createLog({ push: "rollback" });
	if (!(await hasToken(request, env))) return withoutToken(log);
	const body = await readBody(request, 1000);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const text = decodeUtf8(body.bytes);
	body.release();
	const wanted = text === "" ? { ok: true, to: undefined } : readWanted(text);
	if (!wanted.ok) return errorResponse(400, 'the body is {"to": "a version"}, or nothing');

	const [before, versions] = await Promise.all([activePipeline(env.JOURNAL), listPipelines(env.JOURNAL)]);
	const target = wanted.to === undefined ? oneBefore(before, versions) : named(wanted.to, versions);
	if (target === undefined) {
		return wanted.to === undefined
			? errorResponse(409, "there is no version before the one in force")
			: errorResponse(404, "no such version is kept");
	}
	await activatePipeline(env.JOURNAL, target, systemClock.now());
	await handOut(env, log, []);
	log.info("a pipeline was rolled back", { pipeline: target ?? BUNDLED, before: before ?? BUNDLED });
	return jsonResponse(200, { version: target ?? BUNDLED, before: before ?? BUNDLED });
}

function readWanted(text: string | undefined): { readonly ok: boolean; readonly to?: string } {
	const json = parseJson(text);
	if (!json.ok || typeof json.value !== "object" || json.value === null) return { ok: false };
	const { to, ...others } = json.value as Readonly<Record<string, unknown>>;
	if (Object.keys(others).length > 0 || (to !== undefined && typeof to !== "string")) return { ok: false };
	return { ok: true, ...(to !== undefined && { to }) };
}

/** Before the first one that was pushed is the one that the worker was deployed with; before that there is none. */
function oneBefore(inForce: string | null, versions: readonly PushedPipeline[]): string | null | undefined {
	if (inForce === null) return undefined;
	const at = versions.findIndex(({ version }) => version === inForce);
	return versions[at + 1]?.version ?? null;
}

function named(to: string, versions: readonly PushedPipeline[]): string | null | undefined {
	if (to === BUNDLED) return null;
	return versions.find(({ version }) => version === to)?.version;
}

/** The journal has it already: what KV does not take now, the sweep hands out within a minute. */
async function handOut(env: Env, log: Log, forgotten: readonly string[]): Promise<void> {
	try {
		await publishPipeline(env.JOURNAL, env.DEDUP);
		for (const version of forgotten) await unpublish(env.DEDUP, version);
	} catch (cause) {
		log.warn("the pipeline in force could not be handed out; the sweep will", { cause });
	}
	invalidateEngine();
}

function withoutToken(log: Log): Response {
	log.warn("request refused", { reason: "token" });
	return unauthorized("wrong or missing bearer token");
}
