import type { TitledIncident } from "../../worker/api/shapes.ts";

/** How many incidents wait for the same fix, as the list of them; nothing for an incident that is alone. */
export function MembersLink({ of: { id, members } }: { readonly of: Pick<TitledIncident, "id" | "members"> }) {
	if (members === 0) return null;
	return <a href={`/?leader=${id}`}>+{members} with the same cause</a>;
}
