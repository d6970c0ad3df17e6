import { cleanText } from "./clean-text.ts";

const MAX_CHARACTERS = 4096;
const MAX_TOTAL_CHARACTERS = 32_768;

/**
 * Annotation values cut so that all of them together stay far under Kubernetes' 256 KiB, at four bytes a character
 * and with their keys. Those that come when the room is used up are cut to nothing but the mark.
 */
export function annotationValues(raw: Readonly<Record<string, string>>): Record<string, string> {
	let room = MAX_TOTAL_CHARACTERS;
	const values: Record<string, string> = {};
	for (const [name, text] of Object.entries(raw)) {
		const kept = Math.max(0, Math.min(MAX_CHARACTERS, room));
		values[name] = cleanText(text, kept);
		room -= Math.min(kept, text.length);
	}
	return values;
}
