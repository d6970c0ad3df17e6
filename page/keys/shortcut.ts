/** What a key does. `search`: focus the search; `next`, `previous`: move through rows; `up`: to all incidents. */
export type Shortcut = "search" | "next" | "previous" | "up" | "help";

/** The keys, as the help lists them. */
export const SHORTCUTS: readonly { readonly key: string; readonly does: string; readonly shortcut: Shortcut }[] = [
	{ key: "/", does: "Search", shortcut: "search" },
	{ key: "j", does: "Next row", shortcut: "next" },
	{ key: "k", does: "Previous row", shortcut: "previous" },
	{ key: "u", does: "Up to all incidents", shortcut: "up" },
	{ key: "?", does: "Show these keys", shortcut: "help" },
];

/** The parts of a key event that count. */
export interface PressedKey {
	readonly key: string;
	readonly ctrlKey: boolean;
	readonly metaKey: boolean;
	readonly altKey: boolean;
	/** Whether the focus is where text is typed or a value chosen. */
	readonly isTyping: boolean;
}

/** Undefined for keys that do nothing, with a modifier, and while somebody types. */
export function shortcutOf({ key, ctrlKey, metaKey, altKey, isTyping }: PressedKey): Shortcut | undefined {
	if (ctrlKey || metaKey || altKey || isTyping) return undefined;
	return SHORTCUTS.find((one) => one.key === key)?.shortcut;
}

/** The row after or before the focused one (-1: none is); undefined at the end. */
export function nextRow(current: number, count: number, step: 1 | -1): number | undefined {
	const next = current === -1 && step === -1 ? count - 1 : current + step;
	return next >= 0 && next < count ? next : undefined;
}
