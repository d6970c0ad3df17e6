import { signal } from "@preact/signals";

const KEY = "healer-token";

/** The token, kept until the tab is closed. Undefined when none was entered, as on loopback or behind Access. */
export const token = signal(sessionStorage.getItem(KEY) ?? undefined);

/** Whether the worker answered 401. */
export const isLockedOut = signal(false);

export function keepToken(entered: string): void {
	sessionStorage.setItem(KEY, entered);
	token.value = entered;
	isLockedOut.value = false;
}

export function forgetToken(): void {
	sessionStorage.removeItem(KEY);
	token.value = undefined;
}
