import { params } from "../route.ts";
import { Counts } from "./counts.tsx";
import { Filters } from "./filters.tsx";
import { IncidentTable } from "./incident-table.tsx";
import { OpenIncidents } from "./open-incidents.tsx";

/** The first view: incidents that need a person, incidents in progress, then the latest ones. */
export function Home() {
	return (
		<>
			<h1 class="hidden" tabIndex={-1}>
				Incidents
			</h1>
			<div class="columns">
				<OpenIncidents
					title="Needs a person"
					statuses={["dead", "escalated"]}
					whenNone="Nothing needs a person. Dead and escalated incidents appear here."
				/>
				<OpenIncidents
					title="In progress"
					statuses={["running", "awaiting_ci", "awaiting_merge", "accepted", "waiting"]}
					whenNone="No agent is working and no incident is waiting."
				/>
			</div>
			<section aria-labelledby="latest">
				<h2 id="latest">Latest incidents</h2>
				<Counts />
				<Filters />
				<IncidentTable query={params.value} />
			</section>
		</>
	);
}
