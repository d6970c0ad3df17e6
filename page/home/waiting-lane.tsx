import type { IncidentPage, TitledIncident } from "../../worker/api/shapes.ts";
import { status as hub } from "../api/poll.ts";
import { useResource } from "../api/resource.ts";
import { Age } from "../parts/age.tsx";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { Reason } from "../parts/reason.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import { groupWaiting, type WaitingGroup } from "./group-waiting.ts";
import { countIn, statusesIn } from "./lanes.ts";

/** The API's highest limit: what waits beyond it is counted and linked, not grouped. */
const MOST = 200;
const SHOWN_GROUPS = 8;
const STATUSES = statusesIn("waiting").join(",");

/** What waits, with identical incidents in one line. Renders nothing when nothing waits. */
export function WaitingLane() {
	const path = `/api/incidents?with=title&limit=${MOST}&status=${STATUSES}`;
	const groups = groupWaiting(useResource<IncidentPage<TitledIncident>>(path, "changes").body?.incidents ?? []);
	const count = hub.value && countIn("waiting", hub.value.incidents);
	if (groups.length === 0) return null;
	return (
		<section class="lane waiting" aria-label="Waiting">
			<h2>
				Waiting <span class="count">{count}</span>
			</h2>
			<ul>
				{groups.slice(0, SHOWN_GROUPS).map((group) => (
					<Group key={group.key} group={group} />
				))}
			</ul>
			{(groups.length > SHOWN_GROUPS || (count ?? 0) > MOST) && <a href={`/?status=${STATUSES}`}>Show all {count}</a>}
		</section>
	);
}

function Group({ group: { incidents } }: { readonly group: WaitingGroup }) {
	const [first, ...others] = incidents;
	return (
		<li>
			<div class="line">
				<StatusMark status={first.status} />
				<a class="title" href={`/incidents/${first.id}`} data-row>
					<IncidentTitle of={first} />
				</a>
				<Age at={first.updated_at} />
			</div>
			<div class="where">
				{first.repository} {first.branch !== null && <code>{first.branch}</code>}
			</div>
			{first.reason !== null && (
				<p class="reason">
					<Reason of={first} />
				</p>
			)}
			{others.length > 0 && (
				<details class="more">
					<summary>{others.length} more like this</summary>
					<ul class="others">
						{others.map((one) => (
							<li key={one.id}>
								<a href={`/incidents/${one.id}`}>
									<code>{one.branch ?? one.id.slice(0, 8)}</code>
								</a>{" "}
								<span class="dim">
									<Age at={one.updated_at} />
								</span>
							</li>
						))}
					</ul>
				</details>
			)}
		</li>
	);
}
