const ESC = 0x1b;
const BEL = 0x07;

/**
 * The end of a terminal escape sequence (ECMA-48) that starts at `at`. A string sequence (a hyperlink, a window title)
 * without a terminator in the line does not count: only its introducer is skipped, so it hides no text.
 */
export function skipEscape(text: string, at: number, end: number): number {
	const kind = at + 1 < end ? text.charCodeAt(at + 1) : 0;
	if (kind === 0x5b) return skipControlSequence(text, at + 2, end);
	if (kind === 0x5d || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f) {
		return skipControlString(text, at + 2, end);
	}
	if (kind >= 0x20 && kind <= 0x2f) return skipFinal(text, skipRange(text, at + 1, end, 0x20, 0x2f), end, 0x30);
	return kind >= 0x30 && kind <= 0x7e ? at + 2 : at + 1;
}

export function stripEscapes(text: string): string {
	let kept = "";
	let from = 0;
	for (let at = text.indexOf("\u001b"); at !== -1; at = text.indexOf("\u001b", from)) {
		kept += text.slice(from, at);
		from = skipEscape(text, at, text.length);
	}
	return from === 0 ? text : kept + text.slice(from);
}

/** `ESC [`: parameters and intermediates, then one final byte. */
function skipControlSequence(text: string, from: number, end: number): number {
	return skipFinal(text, skipRange(text, from, end, 0x20, 0x3f), end, 0x40);
}

/** `ESC ]` and similar: up to BEL or `ESC \`. */
function skipControlString(text: string, from: number, end: number): number {
	for (let at = from; at < end; at++) {
		const unit = text.charCodeAt(at);
		if (unit === BEL) return at + 1;
		if (unit === ESC) return at + 1 < end && text.charCodeAt(at + 1) === 0x5c ? at + 2 : from;
	}
	return from;
}

function skipRange(text: string, from: number, end: number, low: number, high: number): number {
	let at = from;
	while (at < end && text.charCodeAt(at) >= low && text.charCodeAt(at) <= high) at++;
	return at;
}

/** Skips the final byte of a sequence, if present. */
function skipFinal(text: string, at: number, end: number, low: number): number {
	return at < end && text.charCodeAt(at) >= low && text.charCodeAt(at) <= 0x7e ? at + 1 : at;
}
