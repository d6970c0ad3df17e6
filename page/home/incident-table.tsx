import type { IncidentPage, TitledIncident } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Age } from "../parts/age.tsx";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { MembersLink } from "../parts/members-link.tsx";
import { PagedTable } from "../parts/paged-table.tsx";
import { FilterLink, PullRequestLink } from "../parts/place-links.tsx";
import { Reason } from "../parts/reason.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import { addressOf } from "../route.ts";
import { filterIn, isNarrowed, queryWith } from "./query-with.ts";

/** One page of incidents, newest first. */
export function IncidentTable({ query }: { readonly query: URLSearchParams }) {
	const cursor = query.get("cursor") ?? "";
	const path = addressOf("/api/incidents", { with: "title", ...filterIn(query), cursor });
	const resource = useResource<IncidentPage<TitledIncident>>(path, "changes");
	const { body } = resource;
	return (
		<PagedTable
			of={resource}
			rows={body?.incidents}
			show={(rows) => <Rows rows={rows} />}
			whenNone={<NoRows isSearch={isNarrowed(query)} hasOlder={body?.next != null} />}
			newest={cursor === "" ? undefined : queryWith(query, {})}
			older={body?.next == null ? undefined : queryWith(query, { cursor: body.next })}
		/>
	);
}

function Rows({ rows }: { readonly rows: readonly TitledIncident[] }) {
	return (
		<table class="stacked incidents">
			<thead>
				<tr>
					<th scope="col">State</th>
					<th scope="col">What failed</th>
					<th scope="col">Where</th>
					<th scope="col">Agent</th>
					<th scope="col">Failure type</th>
					<th scope="col">When</th>
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<Row key={row.id} row={row} />
				))}
			</tbody>
		</table>
	);
}

function Row({ row }: { readonly row: TitledIncident }) {
	return (
		<tr>
			<td class="state">
				<StatusMark status={row.status} />
			</td>
			<td class="what">
				<a class="title" href={`/incidents/${row.id}`} data-row>
					<IncidentTitle of={row} />
				</a>
				{row.reason !== null && (
					<div class="reason">
						<Reason of={row} />
					</div>
				)}
			</td>
			<td class="where">
				{row.repository}
				{row.branch !== null && (
					<>
						{" "}
						<code>{row.branch}</code>
					</>
				)}
				{row.pr_number !== null && (
					<>
						{" "}
						<PullRequestLink repository={row.repository} number={row.pr_number} />
					</>
				)}{" "}
				<MembersLink of={row} />
			</td>
			<td class="agent">
				{row.agent === null ? <span class="dim">–</span> : <FilterLink name="agent" value={row.agent} />}
				{row.attempt > 1 && <span class="dim"> ×{row.attempt}</span>}
			</td>
			<td class="type">
				{row.failure_type === null ? (
					<span class="dim">–</span>
				) : (
					<FilterLink name="failure_type" value={row.failure_type} />
				)}
			</td>
			<td class="when">
				<Age at={row.created_at} />
			</td>
		</tr>
	);
}

function NoRows({ isSearch, hasOlder }: { readonly isSearch: boolean; readonly hasOlder: boolean }) {
	// A search through texts goes through a part of the journal for each page.
	if (hasOlder) return <p class="empty">No matching incidents among the newer ones. Older ones are searched next.</p>;
	if (isSearch) {
		return (
			<p class="empty">
				No matching incidents. <a href="/">Show all</a>
			</p>
		);
	}
	return (
		<div class="empty">
			<p>No incidents yet. Point a GitHub App's webhook here, or send a payload:</p>
			<pre>
				<code>npx healer replay payload.json --event workflow_job</code>
			</pre>
			<p>
				What was delivered and ignored is under <a href="/ignored">Ignored</a>.
			</p>
		</div>
	);
}
