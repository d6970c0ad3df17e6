import { explainNetworkError } from "../../relay/http/network-fault.ts";
import { messageOf } from "../result.ts";

/** What came of one request. `why` is one clause for people. */
export type Answer =
	| { readonly kind: "answered"; readonly status: number; readonly text: string }
	| { readonly kind: "unreachable"; readonly why: string };

export interface Request {
	readonly method?: "GET" | "POST";
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

const WITHIN_MS = 10_000;

/** Asks once. A redirect is an answer: what answers so is something before Healer, such as a login page. */
export async function ask(base: string, path: string, request: Request = {}): Promise<Answer> {
	try {
		const response = await fetch(new URL(path, base), {
			...request,
			redirect: "manual",
			signal: AbortSignal.timeout(WITHIN_MS),
		});
		return { kind: "answered", status: response.status, text: (await response.text()).slice(0, 10_000).trim() };
	} catch (error) {
		return { kind: "unreachable", why: explainNetworkError(error, base) ?? messageOf(error) };
	}
}

/** `answered 302`, or that nothing did. */
export function describe(answer: Answer): string {
	if (answer.kind === "unreachable") return `nothing answers (${answer.why}).`;
	return `it answered ${answer.status}${answer.status >= 300 && answer.status < 400 ? ", a redirect" : ""}.`;
}
