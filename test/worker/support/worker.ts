import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { OPEN_METRICS_CONTENT_TYPE } from "../../../wire/open-metrics.ts";
import type { Env } from "../../../worker/env.ts";
import worker from "./limited-worker.ts";

export { passTime, passTimeUntil } from "./clock.ts";

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Record<string, unknown>;
}

/** Sends a request through the worker's own `fetch`, and waits for what it does after the answer. Metrics are `body.text`. */
export async function send(made: Request | Promise<Request>, changes: Partial<Env> = {}): Promise<Answer> {
	const request = await made;
	const ctx = createExecutionContext();
	const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ...changes }, ctx);
	const text = new TextDecoder().decode(await response.arrayBuffer());
	await waitOnExecutionContext(ctx);
	const isText = response.headers.get("content-type") === OPEN_METRICS_CONTENT_TYPE;
	return { status: response.status, headers: response.headers, body: isText ? { text } : JSON.parse(text) };
}

/** The status that a request is answered with, as soon as it is: while its body may still be on its way. */
export async function statusOf(request: Request, changes: Partial<Env> = {}): Promise<number> {
	const sent = request as Parameters<typeof worker.fetch>[0];
	return (await worker.fetch(sent, { ...env, ...changes }, createExecutionContext())).status;
}

/** A GET as from the same machine. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}): Request {
	return new Request(`http://127.0.0.1:8787${path}`, { headers });
}

/** A POST of JSON with the API token. */
export function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Request {
	return new Request(`http://127.0.0.1:8787${path}`, {
		method: "POST",
		headers: { authorization: `Bearer ${env.HEALER_API_TOKEN}`, ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});
}

/** Fires the cron. */
export async function fireCron(): Promise<void> {
	await worker.scheduled(createScheduledController({ cron: "* * * * *" }), env);
}
