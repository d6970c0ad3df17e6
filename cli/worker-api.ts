import { explainNetworkError } from "../relay/http/network-fault.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { findPlaces } from "./places.ts";

/** How to reach a worker. */
export interface WorkerAccess {
	readonly url: string;
	readonly token: string | undefined;
}

/** A worker's answer: JSON, whatever the status. */
export interface WorkerAnswer {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The worker to use: `url`, else HEALER_URL, else the hub that runs on the state folder. The token stored in the state
 * folder belongs to that hub and is sent to no other worker: those get only the environment's token.
 */
export async function workerAt(url: string | undefined, env: NodeJS.ProcessEnv): Promise<Result<WorkerAccess>> {
	const hub = await findPlaces({ ...env, HEALER_URL: undefined, RELAY_URL: undefined });
	const chosen = url ?? (env.HEALER_URL || hub.worker);
	if (chosen === undefined) return fail("No worker given: set --url or HEALER_URL, or start the hub.");
	const address = URL.parse(chosen);
	if (address === null || !/^https?:$/.test(address.protocol))
		return fail(`${chosen} is not a worker's URL: give one such as https://healer.example.com.`);
	const isHub = URL.parse(hub.worker ?? "")?.origin === address.origin;
	const { apiTokens } = isHub ? hub : await findPlaces({ ...env, HEALER_URL: chosen });
	return ok({ url: chosen, token: apiTokens[0] });
}

/** Runs a command against the chosen worker; exits with a usage error when there is none. */
export async function withWorker(
	url: string | undefined,
	env: NodeJS.ProcessEnv,
	output: Output,
	work: (worker: WorkerAccess) => Promise<ExitCode>,
): Promise<ExitCode> {
	const worker = await workerAt(url, env);
	if (worker.ok) return await work(worker.value);
	return exitWith(output, worker.problem, EXIT.usage);
}

const WITHIN_MS = 30_000;

/** Sends one request. An answer that is not from the worker's API is a problem. */
export async function askWorker(
	{ url, token }: WorkerAccess,
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
			return fail(`${url} ${what}. Set HEALER_API_TOKEN to one of its tokens.`);
		}
		return ok({ status: response.status, body });
	} catch (error) {
		const why = explainNetworkError(error, url) ?? messageOf(error);
		return fail(`No answer from ${url} (${why}).`);
	}
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}
