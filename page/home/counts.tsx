import { INCIDENT_STATUSES } from "../../worker/journal/statuses.ts";
import { status as hub } from "../api/poll.ts";
import { STATUSES } from "../parts/status-mark.tsx";
import { params } from "../route.ts";
import { queryWith } from "./query-with.ts";

/** The number of incidents in each state that has some. Clicking one filters the list by that state; clicking again shows all. */
export function Counts() {
	const counts = hub.value?.incidents;
	const chosen = params.value.get("status") ?? "";
	const all = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
	return (
		<nav class="counts" aria-label="Incidents by state">
			<a href={queryWith(params.value, { status: "" })} aria-current={chosen === "" ? "true" : undefined}>
				<b>{all ?? "–"}</b> all
			</a>
			{INCIDENT_STATUSES.filter((status) => chosen === status || counts?.[status]).map((status) => (
				<a
					key={status}
					class={STATUSES[status].tone}
					href={queryWith(params.value, { status: chosen === status ? "" : status })}
					aria-current={chosen === status ? "true" : undefined}
					title={STATUSES[status].means}
				>
					<b>{counts?.[status] ?? "–"}</b> {STATUSES[status].text}
				</a>
			))}
		</nav>
	);
}
