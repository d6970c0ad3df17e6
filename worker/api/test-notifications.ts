import * as z from "zod";
import type { NotifyTarget } from "../../pipeline/index.ts";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../http/auth.ts";
import { decodeUtf8, parseJson, readBody } from "../http/body.ts";
import { bodyErrorResponse, errorResponse, jsonResponse } from "../http/responses.ts";
import { auditStatement } from "../journal/audit.ts";
import { createLog } from "../log.ts";
import type { NotificationMessage } from "../notifications/message.ts";
import { postMessage } from "../notifications/post-message.ts";
import { findReceiver } from "../notifications/receiver.ts";
import type { NotificationTest } from "./shapes.ts";

const MAX_BODY_BYTES = 1024;
const testBody = z.strictObject({ target: z.string().max(63).optional() });

/**
 * `POST /api/notifications/test {target}`: sends a message of the type `test` to one target or to all, at once and past the
 * outbox, and answers what became of each. 404 if the active pipeline has no such target, or none at all.
 */
export async function testNotifications(
	request: Request,
	env: Env,
	ctx: ExecutionContext,
	caller: Caller,
): Promise<Response> {
	const body = await readBody(request, MAX_BODY_BYTES);
	if (!body.ok) return bodyErrorResponse(request, ctx, body.reason);
	const text = decodeUtf8(body.bytes);
	body.release();
	const json = text === "" ? ({ ok: true, value: {} } as const) : parseJson(text);
	const read = json.ok ? testBody.safeParse(json.value) : undefined;
	if (read?.success !== true) return errorResponse(400, "the body is JSON: {target}, which may be left out");

	const effects = createEffects(env, createLog());
	const { notify } = await effects.engine();
	const { target: name } = read.data;
	const targets = notify.filter((target) => name === undefined || target.name === name);
	if (targets.length === 0) return errorResponse(404, noTarget(notify));
	const entry = { ...caller, action: "notify", target: name ?? null, detail: "test" } as const;
	await auditStatement(effects.journal, entry, effects.now()).run();
	const results = await Promise.all(targets.map((target) => testOne(effects, target, caller.who)));
	return jsonResponse(200, { results } satisfies NotificationTest);
}

function noTarget(notify: readonly NotifyTarget[]): string {
	if (notify.length === 0) return "the active pipeline has no targets: add `notify` to it (docs/notifications.md)";
	return `there is no such target; there are ${notify.map(({ name }) => name).join(", ")}`;
}

async function testOne(
	{ log, newId, notifications, now }: Pick<Effects, "log" | "newId" | "notifications" | "now">,
	target: NotifyTarget,
	requested_by: string,
): Promise<NotificationTest["results"][number]> {
	const { name, to } = target;
	const receiver = findReceiver(target, notifications);
	if (!receiver.ok) return { name, to, host: null, ok: false, problem: receiver.problem };
	const { host } = receiver.value;
	const timestamp = new Date(now()).toISOString();
	const message: NotificationMessage = { type: "test", timestamp, data: { target: name, requested_by } };
	const outgoing = { id: `msg_test_${newId()}`, message: JSON.stringify(message) };
	const posted = await postMessage(notifications.fetch, receiver.value, outgoing, now());
	log.info("test notification", { target: name, ok: posted.ok, reason: posted.ok ? null : posted.error });
	const problem = posted.ok ? null : `${posted.error}. ${whatToDo(target)}`;
	return { name, to, host, ok: posted.ok, problem };
}

function whatToDo({ to, url, secret }: NotifyTarget): string {
	if (to === "slack") return `Compare ${url} with the incoming webhook's URL on the Slack App's page.`;
	return `See the receiver's log, and compare ${url} and ${secret ?? "its secret"} with what it expects.`;
}
