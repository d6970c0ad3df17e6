import type { FlakesPage, ShownFlake } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Age } from "../parts/age.tsx";
import { PagedTable } from "../parts/paged-table.tsx";
import { addressOf, params } from "../route.ts";

/** The flake ledger: what failed and passed on the same commit when it was run again. */
export function FlakesView() {
	const repository = params.value.get("repository") ?? "";
	const resource = useResource<FlakesPage>(addressOf("/api/flakes", { repository, limit: "200" }), "changes");
	return (
		<>
			<h1 tabIndex={-1}>Flakes</h1>
			<p class="dim lead">
				Failures that passed on the same commit when they were run again, in the last 14 days, the most frequent first.
			</p>
			<PagedTable
				of={resource}
				rows={resource.body?.flakes}
				show={(rows) => <Rows rows={rows} />}
				whenNone={<p class="empty">Nothing passed when it was run again.</p>}
				newest={repository === "" ? undefined : "/flakes"}
				older={undefined}
			/>
		</>
	);
}

function Rows({ rows }: { readonly rows: readonly ShownFlake[] }) {
	return (
		<table class="stacked">
			<thead>
				<tr>
					<th scope="col">What</th>
					<th scope="col">Where</th>
					<th scope="col">Passed when run again</th>
					<th scope="col">Failed on commits by</th>
					<th scope="col" class="when">
						Last seen
					</th>
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<tr key={`${row.repository} ${row.workflow} ${row.job} ${row.text}`}>
						<td class="what">
							<a href={`/incidents/${row.incident_id}`} data-row title="Show the newest incident">
								{row.text}
							</a>
						</td>
						<td class="where">
							<a href={addressOf("/flakes", { repository: row.repository })} title="Show flakes of this repository">
								{row.repository}
							</a>{" "}
							<span class="dim">{[row.workflow, row.job].filter((part) => part !== "").join(" / ")}</span>
						</td>
						<td>
							{row.seen.toLocaleString()} of {(row.seen + row.failed_again).toLocaleString()}
						</td>
						<td>{row.authors.map(({ login, times }) => (times === 1 ? login : `${login} (${times})`)).join(", ")}</td>
						<td class="when">
							<Age at={row.last_seen_at} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
