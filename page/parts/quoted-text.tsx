/** A sentence whose parts between backquotes are code. */
export function QuotedText({ text }: { readonly text: string }) {
	return (
		<>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
	);
}
