import { visible } from "../visible.ts";
import { isLockedOut, token } from "./token.ts";

export type ApiAnswer =
	| { readonly ok: true; readonly body: unknown; readonly etag: string | null }
	/** 304: what the asker has is what there is. */
	| { readonly ok: true; readonly unchanged: true }
	/** `status` 0: there was no answer. */
	| { readonly ok: false; readonly status: number; readonly error: string };

interface Asking {
	readonly etag?: string | undefined;
	readonly method?: "GET" | "POST" | "DELETE";
	readonly body?: unknown;
}

const LONGEST_MS = 15_000;

/** Asks the worker. All texts of the answer are made visible on arrival, so that no view can forget it. */
export async function ask(path: string, { etag, method = "GET", body }: Asking = {}): Promise<ApiAnswer> {
	try {
		const response = await fetch(path, {
			method,
			cache: "no-store",
			signal: AbortSignal.timeout(LONGEST_MS),
			headers: {
				accept: "application/json",
				...(token.value !== undefined && { authorization: `Bearer ${token.value}` }),
				...(etag !== undefined && { "if-none-match": etag }),
				// What changes something has to come from this page: see worker/http/auth.ts.
				...(method !== "GET" && { "x-healer-page": "1" }),
				...(body !== undefined && { "content-type": "application/json" }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		if (response.status === 304) return { ok: true, unchanged: true };
		if (response.status === 401) isLockedOut.value = true;
		const answered = visible(await response.json());
		if (response.ok) return { ok: true, body: answered, etag: response.headers.get("etag") };
		return { ok: false, status: response.status, error: errorIn(answered) ?? response.statusText };
	} catch {
		return { ok: false, status: 0, error: "the worker does not answer" };
	}
}

function errorIn(body: unknown): string | undefined {
	if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
	return typeof body.error === "string" ? body.error : undefined;
}
