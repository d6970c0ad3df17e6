import { signal } from "@preact/signals";

const KEY = "healer-token";

/** The API token of this tab: forgotten with it. Undefined where none was given, as on loopback or behind Access. */
export const token = signal(sessionStorage.getItem(KEY) ?? undefined);

/** Whether the worker asked for one. */
export const isLockedOut = signal(false);

export function keepToken(given: string): void {
	sessionStorage.setItem(KEY, given);
	token.value = given;
	isLockedOut.value = false;
}

export function forgetToken(): void {
	sessionStorage.removeItem(KEY);
	token.value = undefined;
}
