import type { z } from "zod";
import { explainNetworkError } from "../relay/http/network-fault.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { type Right, variablesWith } from "../worker/http/rights.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { findPlaces, type Places } from "./places.ts";

/** How to reach a worker, for what needs this right. */
export interface WorkerAccess {
	readonly url: string;
	readonly token: string | undefined;
	readonly right: Right;
}

/** The options `--url`, `--context` and `--token`. */
export interface WorkerOptions {
	readonly url?: string | undefined;
	readonly context?: string | undefined;
	readonly token?: string | undefined;
}

/** A worker's answer: JSON, whatever the status. */
export interface WorkerAnswer {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The worker to use: `url` or the named context, else HEALER_URL, else the current context, else the hub that runs on the
 * state folder. The tokens stored in the state folder belong to that hub and are sent to no other worker: those get only the
 * option's, the context's or the environment's token, of the variable that has the right and the fewest others.
 */
export async function workerAt(
	{ url, context: name, token }: WorkerOptions,
	env: NodeJS.ProcessEnv,
	right: Right,
): Promise<Result<WorkerAccess>> {
	const hub = await findPlaces({ ...env, HEALER_URL: undefined, RELAY_URL: undefined });
	if (url !== undefined && name !== undefined) return fail("Give --url or --context, not both.");
	const isAddressed = url !== undefined || (name === undefined && Boolean(env.HEALER_URL));
	// Reading YAML is not for the hub, which knows its worker.
	const { chosenContext, tokenOf } = await import("./contexts/contexts-file.ts");
	const context = isAddressed ? ok(undefined) : await chosenContext(name, env);
	if (!context.ok) return context;
	const kept = context.value && token === undefined ? await tokenOf(context.value, env) : ok(undefined);
	if (!kept.ok) return kept;
	const chosen = url ?? context.value?.url ?? (env.HEALER_URL || hub.worker);
	if (chosen === undefined) return fail("No worker given: set --url or HEALER_URL, or start the hub.");
	const address = URL.parse(chosen);
	if (address === null || !/^https?:$/.test(address.protocol))
		return fail(`${chosen} is not a worker's URL: give one such as https://healer.example.com.`);
	const isHub = URL.parse(hub.worker ?? "")?.origin === address.origin;
	const { tokens } = isHub ? hub : await findPlaces({ ...env, HEALER_URL: chosen });
	return ok({ url: chosen, token: token ?? kept.value ?? tokenFor(right, tokens), right });
}

/** The first token of the variable that has the right and the fewest others. */
export function tokenFor(right: Right, tokens: Places["tokens"]): string | undefined {
	return variablesWith(right).flatMap((variable) => tokens[variable])[0];
}

/** Runs a command against the chosen worker; exits with a usage error when there is none. */
export async function withWorker(
	options: WorkerOptions,
	right: Right,
	env: NodeJS.ProcessEnv,
	output: Output,
	work: (worker: WorkerAccess) => Promise<ExitCode>,
): Promise<ExitCode> {
	const worker = await workerAt(options, env, right);
	if (worker.ok) return await work(worker.value);
	return exitWith(output, worker.problem, EXIT.usage);
}

const WITHIN_MS = 30_000;

/** Sends one request. An answer that is not from the worker's API is a problem. */
export async function askWorker(
	{ url, token, right }: WorkerAccess,
	path: string,
	request: { readonly method?: "GET" | "POST" | "PUT" | "DELETE"; readonly body?: string } = {},
): Promise<Result<WorkerAnswer>> {
	try {
		const response = await fetch(new URL(path, url), {
			...request,
			headers: {
				...(token !== undefined && { authorization: `Bearer ${token}` }),
				...(request.body !== undefined && { "content-type": "application/json" }),
			},
			redirect: "manual",
			signal: AbortSignal.timeout(WITHIN_MS),
		});
		const body = jsonObject(await response.text());
		if (body === undefined) return fail(`${url} answered ${response.status} without JSON. Is it Healer?`);
		if (response.status === 401) {
			const what = token === undefined ? "requires a token" : "rejects the token";
			return fail(`${url} ${what}. ${setOneOf(right)}`);
		}
		if (response.status === 403) return fail(`${url}: this token may not ${right}. ${setOneOf(right)}`);
		return ok({ status: response.status, body });
	} catch (error) {
		const why = explainNetworkError(error, url) ?? messageOf(error);
		return fail(`No answer from ${url} (${why}).`);
	}
}

/** Asks for something of this shape; any other answer, and any status but 200, is a problem. */
export async function askFor<T>(worker: WorkerAccess, path: string, shape: z.ZodType<T>): Promise<Result<T>> {
	const answer = await askWorker(worker, path);
	if (!answer.ok) return answer;
	const read = shape.safeParse(answer.value.body);
	return answer.value.status === 200 && read.success ? ok(read.data) : fail(unexpected(worker, answer.value));
}

/** The problem with an answer that is not what the command asked for; it gives the worker's own reason. */
export function unexpected({ url }: WorkerAccess, { status, body }: WorkerAnswer): string {
	// The journal is away, and the worker says why.
	if (status === 503 && typeof body.error === "string") return `${url} answered 503: ${body.error}.`;
	return `${url} sent an unexpected answer (${status}). Is it Healer?`;
}

function setOneOf(right: Right): string {
	return `Set ${variablesWith(right).join(" or ")} to one of its tokens, or give one with --token.`;
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}
