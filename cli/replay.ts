import { createHmac, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readHubFile } from "./hub/hub-file.ts";
import { DEFAULT_PORT, stateDirOf } from "./hub/hub-settings.ts";
import { readKeptSecrets } from "./hub/secrets.ts";
import { stateFolderAt } from "./hub/state-folder.ts";
import type { Output } from "./output.ts";
import { fail, messageOf, ok, type Result } from "./result.ts";

export interface ReplayOptions {
	readonly event: string;
	readonly url?: string;
	readonly secret?: string;
	readonly delivery?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `healer replay`: the file's bytes as they are, signed and posted as GitHub would. */
export async function replay(
	file: string,
	options: ReplayOptions,
	env: Environment,
	output: Output,
): Promise<ExitCode> {
	const body = await readFile(file).catch((error: unknown) => messageOf(error));
	const secret = await secretFor(options, env);
	if (typeof body === "string" || !secret.ok) {
		output.problem(typeof body === "string" ? `Cannot read ${file}: ${body}.` : secret.ok ? "" : secret.problem);
		return EXIT.usage;
	}
	const url = await urlFor(options, env);
	const delivery = options.delivery ?? randomUUID();
	const answer = await post(url, body, signedHeaders(options.event, delivery, secret.value, body));
	if (!answer.ok) {
		output.problem(answer.problem);
		return EXIT.problem;
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
	// Several are there to rotate them; the hub accepts each.
	const first = given?.split(/[\s,]+/).find((secret) => secret !== "");
	if (first !== undefined) return ok(first);
	return fail(
		`No secret to sign with: give --secret or GITHUB_WEBHOOK_SECRET, or start the hub once (it keeps one in ${secrets}).`,
	);
}

async function urlFor(options: ReplayOptions, env: Environment): Promise<string> {
	if (options.url !== undefined) return options.url;
	const hub = await readHubFile(stateDirOf(env));
	const base = hub?.url ?? `http://127.0.0.1:${env.HEALER_PORT || DEFAULT_PORT}`;
	return `${base}/webhooks/github`;
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
		const cause = (error as Error).cause;
		const why = cause instanceof Error && cause.message !== "" ? cause.message : messageOf(error);
		return fail(`Nothing answers on ${url} (${why}). Is healer start running?`);
	}
}
