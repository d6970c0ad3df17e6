import { stripVTControlCharacters } from "node:util";
import { explainNetworkError } from "../../relay/http/network-fault.ts";
import { messageOf } from "../../wire/message-of.ts";
import { type PeerVersion, readVersion } from "../../wire/version.ts";
import { explainStatusBetween } from "../../worker/http/network-fault.ts";

/** The result of one request. `why` is one clause for people. */
export type Answer =
	| {
			readonly kind: "answered";
			readonly status: number;
			readonly text: string;
			readonly version?: PeerVersion | undefined;
	  }
	| { readonly kind: "unreachable"; readonly why: string };

export interface Request {
	readonly method?: "GET" | "POST";
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

const WITHIN_MS = 10_000;

/**
 * Sends one request, and reads so many characters of the answer. A redirect is returned, not followed: it comes from something in front of Healer, such as a login
 * page.
 */
export async function ask(base: string, path: string, request: Request = {}, length = 10_000): Promise<Answer> {
	try {
		const response = await fetch(new URL(path, base), {
			...request,
			redirect: "manual",
			signal: AbortSignal.timeout(WITHIN_MS),
		});
		const text = (await response.text()).slice(0, length).trim();
		return { kind: "answered", status: response.status, text, version: readVersion(response.headers) };
	} catch (error) {
		return { kind: "unreachable", why: explainNetworkError(error, base) ?? messageOf(error) };
	}
}

/** `it answered 302`, or why there was no answer. */
export function describe(answer: Answer): string {
	if (answer.kind === "unreachable") return `no answer (${answer.why}).`;
	const { status, text } = answer;
	const between = explainStatusBetween(status);
	if (between !== undefined) return `it answered ${status}: ${between}.`;
	const message = errorIn(text);
	return message === undefined ? `it answered ${status}.` : `it answered ${status}: ${message}`;
}

/** The error message or code of a worker or a relay. */
function errorIn(text: string): string | undefined {
	try {
		const { error, detail }: { error?: unknown; detail?: unknown } = Object(JSON.parse(text));
		const message = [error, detail].filter((part) => typeof part === "string").join(": ");
		if (message === "") return undefined;
		const line = stripVTControlCharacters(message).replaceAll(/\s+/g, " ").slice(0, 500);
		return line.endsWith(".") ? line : `${line}.`;
	} catch {
		return undefined;
	}
}
