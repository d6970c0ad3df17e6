import { OutsideLink } from "./outside-link.tsx";
import { type TextPart, textParts } from "./text-parts.ts";

/** A sentence of the journal in which addresses and incidents are links, and claims are in words. */
export function LinkedText({ text }: { readonly text: string }) {
	return (
		<>
			{textParts(text).map((part, index) => (
				<Part key={index} part={part} />
			))}
		</>
	);
}

function Part({ part }: { readonly part: TextPart }) {
	switch (part.kind) {
		case "text":
			return <>{part.text}</>;
		case "address":
			return <OutsideLink href={part.address}>{part.text}</OutsideLink>;
		case "incident":
			return <a href={`/incidents/${part.id}`}>#{part.id.slice(0, 5)}</a>;
		case "claim":
			return (
				<>
					the {part.name} {part.value !== undefined && <code>{part.value}</code>}
				</>
			);
		default:
			return part satisfies never;
	}
}
