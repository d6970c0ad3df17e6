import type { IncidentPage, TitledIncident } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Age } from "../parts/age.tsx";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { Problem } from "../parts/problem.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import { filterIn, queryWith } from "./query-with.ts";

/** One page of incidents, newest first. */
export function IncidentTable({ query }: { readonly query: URLSearchParams }) {
	const filter = Object.entries(filterIn(query)).filter(([, value]) => value !== "");
	const cursor = query.get("cursor") ?? "";
	const asked = new URLSearchParams([["with", "title"], ...filter, ...(cursor === "" ? [] : [["cursor", cursor]])]);
	const resource = useResource<IncidentPage<TitledIncident>>(`/api/incidents?${asked}`, "changes");
	const { body } = resource;
	return (
		<>
			<Problem of={resource} />
			<div class="table" aria-busy={body === undefined}>
				{body === undefined && resource.error === undefined && <p class="empty">Looking …</p>}
				{body?.incidents.length === 0 && <Nothing isNarrowed={filter.length > 0 || cursor !== ""} />}
				{body !== undefined && body.incidents.length > 0 && <Rows rows={body.incidents} />}
			</div>
			<nav class="pages" aria-label="Pages">
				{cursor !== "" && <a href={queryWith(query, {})}>Newest</a>}
				{body?.next != null && <a href={queryWith(query, { cursor: body.next })}>Older</a>}
			</nav>
		</>
	);
}

function Rows({ rows }: { readonly rows: readonly TitledIncident[] }) {
	return (
		<table class="incidents">
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
				<a class="title" href={`/incidents/${row.id}`}>
					<IncidentTitle of={row} />
				</a>
				{row.reason !== null && <div class="reason">{row.reason}</div>}
			</td>
			<td class="where">
				{row.repository}
				{row.branch !== null && (
					<>
						{" "}
						<code>{row.branch}</code>
					</>
				)}
				{row.pr_number !== null && <span class="dim"> #{row.pr_number}</span>}
			</td>
			<td class="agent">
				{row.agent ?? <span class="dim">–</span>}
				{row.attempt > 1 && <span class="dim"> ×{row.attempt}</span>}
			</td>
			<td class="type">{row.failure_type === null ? <span class="dim">–</span> : <code>{row.failure_type}</code>}</td>
			<td class="when">
				<Age at={row.created_at} />
			</td>
		</tr>
	);
}

function Nothing({ isNarrowed }: { readonly isNarrowed: boolean }) {
	if (isNarrowed) {
		return (
			<p class="empty">
				No incident is like that. <a href="/">Show all</a>
			</p>
		);
	}
	return (
		<div class="empty">
			<p>Nothing failed yet, as far as Healer was told. Point a GitHub App's webhook here, or hand it a payload:</p>
			<pre>
				<code>npx healer replay payload.json --event workflow_job</code>
			</pre>
			<p>
				Deliveries that came and were no incidents are counted under <a href="/hub">Hub</a>, each with its reason.
			</p>
		</div>
	);
}
