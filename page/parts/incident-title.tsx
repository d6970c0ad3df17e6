import type { TitledIncident } from "../../worker/api/shapes.ts";

/** What failed; the job, package or command where the title does not name it. */
export function IncidentTitle({ of: { title, part } }: { readonly of: Pick<TitledIncident, "title" | "part"> }) {
	return (
		<>
			{title}
			{part !== null && <span class="part"> {part}</span>}
		</>
	);
}
