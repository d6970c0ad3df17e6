/** A text of at most `length` characters and a mark that says how much was cut. */
export function cutText(text: string, length: number, keep: "head" | "tail"): string {
	if (text.length <= length) return text;
	const mark = `[cut ${text.length - length} characters here, to bound the prompt]`;
	if (keep === "head") return `${text.slice(0, length).toWellFormed()}\n${mark}`;
	return `${mark}\n${text.slice(text.length - length).toWellFormed()}`;
}
