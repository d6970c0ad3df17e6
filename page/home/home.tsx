import { params } from "../route.ts";
import { Counts } from "./counts.tsx";
import { Filters } from "./filters.tsx";
import { IncidentLane } from "./incident-lane.tsx";
import { IncidentTable } from "./incident-table.tsx";
import { isNarrowed } from "./query-with.ts";
import { WaitingLane } from "./waiting-lane.tsx";

/** The first view: what needs a person, what runs, what waits; then all incidents. A search shows what it finds alone. */
export function Home() {
	const isSearch = isNarrowed(params.value);
	return (
		<>
			<h1 class="hidden" tabIndex={-1}>
				Incidents
			</h1>
			{!isSearch && <Lanes />}
			<section aria-labelledby="latest">
				<h2 id="latest">{isSearch ? "Found incidents" : "Latest incidents"}</h2>
				<Filters />
				<Counts />
				<IncidentTable query={params.value} />
			</section>
		</>
	);
}

function Lanes() {
	return (
		<>
			<div class="columns lanes">
				<IncidentLane
					lane="person"
					title="Needs a person"
					whenNone="Nothing needs a person: no incident is dead, escalated or waits to be merged."
				/>
				<IncidentLane lane="running" title="Running" whenNone="No agent is working." />
			</div>
			<WaitingLane />
		</>
	);
}
