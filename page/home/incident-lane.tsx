import type { IncidentPage, TitledIncident } from "../../worker/api/shapes.ts";
import { status as hub } from "../api/poll.ts";
import { useResource } from "../api/resource.ts";
import { Actions } from "../incident/actions.tsx";
import { Age } from "../parts/age.tsx";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { MembersLink } from "../parts/members-link.tsx";
import { PullRequestLink } from "../parts/place-links.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reason } from "../parts/reason.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import { countIn, type Lane, statusesIn } from "./lanes.ts";

const MOST = 6;

/** The newest incidents of a lane, each with what can be done about it. */
export function IncidentLane({
	lane,
	title,
	whenNone,
}: {
	readonly lane: Lane;
	readonly title: string;
	readonly whenNone: string;
}) {
	const statuses = statusesIn(lane);
	const path = `/api/incidents?with=title&limit=${MOST}&status=${statuses.join(",")}`;
	const resource = useResource<IncidentPage<TitledIncident>>(path, "changes");
	const counts = hub.value?.incidents;
	const count = counts && countIn(lane, counts);
	const rows = resource.body?.incidents;
	return (
		<section class={`lane ${lane} ${rows?.length === 0 ? "empty-lane" : ""}`} aria-label={title}>
			<h2>
				{title} {count !== undefined && <span class="count">{count}</span>}
			</h2>
			<Problem of={resource} />
			{rows?.length === 0 && <p class="empty">{whenNone}</p>}
			<ul>
				{rows?.map((row) => (
					<LaneRow key={row.id} row={row} />
				))}
			</ul>
			{count !== undefined && count > MOST && <a href={`/?status=${statuses.join(",")}`}>Show all {count}</a>}
		</section>
	);
}

function LaneRow({ row }: { readonly row: TitledIncident }) {
	return (
		<li>
			<div class="line">
				<StatusMark status={row.status} />
				<a class="title" href={`/incidents/${row.id}`} data-row>
					<IncidentTitle of={row} />
				</a>
				<Age at={row.updated_at} />
			</div>
			<div class="where">
				{row.repository} {row.branch !== null && <code>{row.branch}</code>}{" "}
				{row.pr_number !== null && <PullRequestLink repository={row.repository} number={row.pr_number} />}
				{row.agent !== null && ` · ${row.agent}`}
				{row.attempt > 1 && `, attempt ${row.attempt}`} <MembersLink of={row} />
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
