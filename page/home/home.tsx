import { params } from "../route.ts";
import { Counts } from "./counts.tsx";
import { Filters } from "./filters.tsx";
import { IncidentTable } from "./incident-table.tsx";
import { OpenIncidents } from "./open-incidents.tsx";

/** The first view: what needs a person, what runs now, then the last incidents. */
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
					whenNone="Nothing needs a person. What is dead or escalated will be here."
				/>
				<OpenIncidents
					title="In progress"
					statuses={["running", "awaiting_ci", "accepted", "waiting"]}
					whenNone="No agent works right now, and nothing is held back."
				/>
			</div>
			<section aria-labelledby="last">
				<h2 id="last">Last incidents</h2>
				<Counts />
				<Filters />
				<IncidentTable query={params.value} />
			</section>
		</>
	);
}
