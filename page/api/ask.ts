import { signal } from "@preact/signals";
import { visible } from "../visible.ts";
import { isLockedOut, token } from "./token.ts";

export type ApiAnswer =
	| { readonly ok: true; readonly body: unknown; readonly etag: string | null }
	/** 304: the cached body is current. */
	| { readonly ok: true; readonly unchanged: true }
	/** `status` is 0 when there was no answer. */
	| { readonly ok: false; readonly status: number; readonly error: string };

interface RequestOptions {
	readonly etag?: string | undefined;
	readonly method?: "GET" | "POST" | "DELETE";
	readonly body?: unknown;
}

const TIMEOUT_MS = 15_000;

/** Counts the answers that said that the viewer lacks a right. */
export const wasForbidden = signal(0);

/** Calls the worker's API. Every string of the answer is made visible here, so that no view can forget to. */
export async function ask(path: string, { etag, method = "GET", body }: RequestOptions = {}): Promise<ApiAnswer> {
	try {
		const response = await fetch(path, {
			method,
			cache: "no-store",
			signal: AbortSignal.timeout(TIMEOUT_MS),
			headers: {
				accept: "application/json",
				...(token.value !== undefined && { authorization: `Bearer ${token.value}` }),
				...(etag !== undefined && { "if-none-match": etag }),
				// The worker accepts changes from this page only: see worker/http/auth.ts.
				...(method !== "GET" && { "x-healer-page": "1" }),
				...(body !== undefined && { "content-type": "application/json" }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		if (response.status === 304) return { ok: true, unchanged: true };
		if (response.status === 403) wasForbidden.value++;
		// Who may not even read needs another token.
		if (response.status === 401 || (response.status === 403 && method === "GET")) isLockedOut.value = true;
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
