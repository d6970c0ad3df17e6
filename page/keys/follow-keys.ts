import { signal } from "@preact/signals";
import { go } from "../route.ts";
import { nextRow, shortcutOf } from "./shortcut.ts";

/** Whether the list of keys is shown. */
export const isHelpShown = signal(false);

/** Set when a view without a search leads to one that has it, and gives it the focus. */
export const isSearchWanted = signal(false);

const KEY = "healer-keys";

/** Single keys can be turned off: https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html */
export const areKeysOn = signal(localStorage.getItem(KEY) !== "off");

export function turnKeys(on: boolean): void {
	areKeysOn.value = on;
	if (on) localStorage.removeItem(KEY);
	else localStorage.setItem(KEY, "off");
}

export function followKeys(): void {
	addEventListener("keydown", (event) => {
		if (!areKeysOn.value || event.defaultPrevented || isHelpShown.value) return;
		const { key, ctrlKey, metaKey, altKey } = event;
		const shortcut = shortcutOf({ key, ctrlKey, metaKey, altKey, isTyping: isTyping(event.target) });
		if (shortcut === undefined) return;
		event.preventDefault();
		switch (shortcut) {
			case "search":
				return search();
			case "next":
				return moveRow(1);
			case "previous":
				return moveRow(-1);
			case "up":
				return go("/");
			case "help":
				isHelpShown.value = true;
				return;
			default:
				shortcut satisfies never;
		}
	});
}

function isTyping(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
}

/** A view without a search leads to the list of incidents, which has one. */
function search(): void {
	const field = document.querySelector<HTMLInputElement>("[data-search]");
	if (field !== null) {
		field.focus();
		return;
	}
	isSearchWanted.value = true;
	go("/");
}

function moveRow(step: 1 | -1): void {
	const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
	const next = nextRow(rows.indexOf(document.activeElement as HTMLElement), rows.length, step);
	if (next === undefined) return;
	rows[next]?.focus();
	rows[next]?.scrollIntoView({ block: "nearest" });
}
