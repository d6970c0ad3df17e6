import type { TitledIncident } from "../../worker/api/shapes.ts";

/** What failed, and which part of it where several did. */
export function IncidentTitle({ of: { title, part } }: { readonly of: Pick<TitledIncident, "title" | "part"> }) {
	return (
		<>
			{title}
			{part !== null && <span class="part"> {part}</span>}
		</>
	);
}
