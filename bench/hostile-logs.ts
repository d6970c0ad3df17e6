/** Logs of about `size` characters, designed to be slow. `keys` are the names of the pipeline's patterns. */
export function hostileLogs(keys: readonly string[], size: number): Readonly<Record<string, string>> {
	const texts = keys.filter((key) => !key.startsWith("/"));
	const fill = (line: (n: number) => string): string => {
		const lines: string[] = [];
		for (let n = 0, length = 0; length < size; n++) {
			lines.push(line(n));
			length += (lines[n]?.length ?? 0) + 1;
		}
		return lines.join("\n");
	};
	return {
		one_line: `${"a".repeat(size)}!`,
		brackets: fill(() => "[".repeat(100_000)),
		nested_quantifiers: fill((n) => `${"a".repeat(70)}! ${n}`),
		patterns_everywhere: fill((n) => `${texts[n % texts.length]} ${texts[(n * 7) % texts.length]} ${n}`),
		every_line_an_error: fill((n) => `##[error]${texts[n % texts.length]} in src/file-${n}.rs:${n}:1`),
		every_line_ends_a_step: fill((n) => `##[error]Process completed with exit code ${n}.`),
		escapes: fill((n) => `\u001b[1m\u001b[3${n % 8}m${"\u001b]8;;".repeat(8)}error ${n}`),
	};
}
