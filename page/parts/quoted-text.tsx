/** A sentence whose parts between backquotes are code. */
export function QuotedText({ text }: { readonly text: string }) {
	return (
		<>
			{text.split(/`([^`]+)`/).map((part, index) =>
				// biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no other name, and never move.
				index % 2 === 1 ? <code key={index}>{part}</code> : part,
			)}
		</>
	);
}
