import type { TitledIncident } from "../../worker/api/shapes.ts";
import { blockerOf } from "./blocker.ts";
import { LinkedText } from "./linked-text.tsx";

/** Why an incident is in its state, with a link to the incident that it waits for. The full reason is the tooltip. */
export function Reason({ of }: { readonly of: Pick<TitledIncident, "id" | "blocked_on" | "blocked_by" | "reason"> }) {
	const blocker = blockerOf(of);
	if (blocker === undefined) return of.reason === null ? null : <LinkedText text={of.reason} />;
	return (
		<span class="blocker" title={of.reason ?? undefined}>
			Waiting for <a href={`/incidents/${blocker.id}`}>{blocker.label}</a> {blocker.shared}
		</span>
	);
}
