import type { IncidentPage, TitledIncident } from "../../worker/api/shapes.ts";
import type { IncidentStatus } from "../../worker/journal/statuses.ts";
import { status as hub } from "../api/poll.ts";
import { useResource } from "../api/resource.ts";
import { Actions } from "../incident/actions.tsx";
import { Age } from "../parts/age.tsx";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reason } from "../parts/reason.tsx";
import { StatusMark } from "../parts/status-mark.tsx";

const MOST = 5;

/** The newest incidents in these states, each with its actions. */
export function OpenIncidents({
	title,
	statuses,
	whenNone,
}: {
	readonly title: string;
	readonly statuses: readonly IncidentStatus[];
	readonly whenNone: string;
}) {
	const path = `/api/incidents?with=title&limit=${MOST}&status=${statuses.join(",")}`;
	const resource = useResource<IncidentPage<TitledIncident>>(path, "changes");
	const counts = hub.value?.incidents;
	const count = counts && statuses.reduce((sum, one) => sum + counts[one], 0);
	const rows = resource.body?.incidents;
	return (
		<section class="open" aria-label={title}>
			<h2>
				{title} {count !== undefined && <span class="count">{count}</span>}
			</h2>
			<Problem of={resource} />
			{rows?.length === 0 && <p class="empty">{whenNone}</p>}
			<ul>
				{rows?.map((row) => (
					<OpenIncident key={row.id} row={row} />
				))}
			</ul>
			{count !== undefined && count > MOST && <a href={`/?status=${statuses.join(",")}`}>All {count}</a>}
		</section>
	);
}

function OpenIncident({ row }: { readonly row: TitledIncident }) {
	return (
		<li>
			<div class="line">
				<StatusMark status={row.status} />
				<a class="title" href={`/incidents/${row.id}`}>
					<IncidentTitle of={row} />
				</a>
				<Age at={row.updated_at} />
			</div>
			<div class="where">
				{row.repository} {row.branch !== null && <code>{row.branch}</code>}
				{row.agent !== null && ` · ${row.agent}, attempt ${row.attempt}`}
			</div>
			{row.reason !== null && (
				<p class="reason">
					<Reason of={row} />
				</p>
			)}
			<Actions row={row} only={["release"]} />
		</li>
	);
}
