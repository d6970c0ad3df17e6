import { cleanText } from "./clean-text.ts";

const MAX_CHARACTERS = 4096;
const MAX_TOTAL_CHARACTERS = 32_768;

/**
 * Cuts annotation values, so that together they stay far below Kubernetes' 256 KiB at four bytes per character,
 * including keys. Values after that limit are cut to the mark alone.
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
