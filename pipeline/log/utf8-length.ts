/**
 * UTF-8 bytes of a text beyond its length in UTF-16 units. Half of a surrogate pair counts two bytes, so parts add up
 * wherever the text was cut.
 */
export function extraBytes(text: string, from: number, end: number): number {
	let extra = 0;
	for (let i = from; i < end; i++) {
		const unit = text.charCodeAt(i);
		if (unit > 0x7f) extra += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
	}
	return extra;
}
