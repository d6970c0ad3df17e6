import { createHmac, randomUUID } from "node:crypto";
import type { Environment } from "../relay/environment.ts";
import { explainNetworkError } from "../relay/http/network-fault.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { splitList } from "../wire/secret-list.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { readBytes } from "./read-input.ts";
import { readHubFile } from "./state/hub-file.ts";
import { DEFAULT_PORT, stateDirOf } from "./state/hub-settings.ts";
import { readKeptSecrets } from "./state/secrets.ts";
import { stateFolderAt } from "./state/state-folder.ts";

export interface ReplayOptions {
	readonly event: string;
	readonly url?: string;
	readonly secret?: string;
	readonly delivery?: string;
}

/** `healer replay`: signs the file's exact bytes and posts them as GitHub would. */
export async function replay(
	file: string,
	options: ReplayOptions,
	env: Environment,
	output: Output,
): Promise<ExitCode> {
	const body = await readBytes(file);
	if (!body.ok) return exitWith(output, body.problem, EXIT.usage);
	const secret = await secretFor(options, env);
	if (!secret.ok) return exitWith(output, secret.problem, EXIT.usage);
	const url = await urlFor(options, env);
	if (!url.ok) return exitWith(output, url.problem, EXIT.usage);
	const delivery = options.delivery ?? randomUUID();
	const headers = signedHeaders(options.event, delivery, secret.value, body.value);
	const answer = await post(url.value, body.value, headers);
	if (!answer.ok) {
		return exitWith(output, answer.problem);
	}
	output.line(`${answer.value.status} ${answer.value.text}`);
	return answer.value.status < 300 ? EXIT.ok : EXIT.problem;
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
export function signedHeaders(
	event: string,
	delivery: string,
	secret: string,
	body: Uint8Array,
): Record<string, string> {
	return {
		"content-type": "application/json",
		"user-agent": "GitHub-Hookshot/healer-replay",
		"x-github-delivery": delivery,
		"x-github-event": event,
		"x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
	};
}

async function secretFor(options: ReplayOptions, env: Environment): Promise<Result<string>> {
	const { secrets } = stateFolderAt(stateDirOf(env));
	const given = options.secret ?? env.GITHUB_WEBHOOK_SECRET ?? (await readKeptSecrets(secrets)).GITHUB_WEBHOOK_SECRET;
	// Several secrets allow rotation; the hub accepts each.
	const first = splitList(given)[0];
	if (first !== undefined) return ok(first);
	return fail(
		`No secret to sign with: no hub has stored one in ${secrets}. Set HEALER_STATE_DIR to the hub's folder, or give --secret or GITHUB_WEBHOOK_SECRET.`,
	);
}

/** Adds the webhook's path to an address without one. */
async function urlFor(options: ReplayOptions, env: Environment): Promise<Result<string>> {
	const hub = options.url === undefined ? await readHubFile(stateDirOf(env)) : undefined;
	const written = options.url ?? hub?.url ?? `http://127.0.0.1:${env.HEALER_PORT || DEFAULT_PORT}`;
	const url = URL.parse(written);
	if (url === null || !/^https?:$/.test(url.protocol))
		return fail(`${written} is not a URL: give one such as https://healer.example.com/webhooks/github.`);
	if (url.pathname === "/") url.pathname = "/webhooks/github";
	return ok(url.href);
}

async function post(
	url: string,
	body: Uint8Array<ArrayBuffer>,
	headers: Record<string, string>,
): Promise<Result<{ status: number; text: string }>> {
	try {
		const response = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(30_000) });
		return ok({ status: response.status, text: await response.text() });
	} catch (error) {
		const why = explainNetworkError(error, url) ?? messageOf(error);
		return fail(`No answer from ${url} (${why}). Is healer start running?`);
	}
}
