import type { ObservedPage, ShownObserved } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { PagedTable } from "../parts/paged-table.tsx";
import { addressOf, params } from "../route.ts";

/** What autonomy `observe` kept from agents, what became of it, and what that suggests. */
export function ObservedView() {
	const repository = params.value.get("repository") ?? "";
	const resource = useResource<ObservedPage>(addressOf("/api/observed", { repository, limit: "200" }), "changes");
	return (
		<>
			<h1 tabIndex={-1}>Observed</h1>
			<p class="dim lead">
				What would have been done for failures of the last 30 days that were only observed, and what became of them
				without an agent. <a href="/?status=observed">Show each failure</a>
			</p>
			<PagedTable
				of={resource}
				rows={resource.body?.observed}
				show={(rows) => <Rows rows={rows} />}
				whenNone={<p class="empty">Nothing was observed.</p>}
				newest={repository === "" ? undefined : "/observed"}
				older={undefined}
			/>
		</>
	);
}

const SUGGESTIONS = {
	act: "Let it act",
	rerun: "Run it again first",
	observe: "Keep observing",
	wait: "Wait",
} as const satisfies Record<ShownObserved["suggest"], string>;

function Rows({ rows }: { readonly rows: readonly ShownObserved[] }) {
	return (
		<table class="stacked">
			<thead>
				<tr>
					<th scope="col">Failure</th>
					<th scope="col">Would have been sent</th>
					<th scope="col">Green again</th>
					<th scope="col" class="number">
						Median time
					</th>
					<th scope="col">Suggestion</th>
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<tr key={`${row.agent} ${row.rule} ${row.failure_type}`}>
						<td class="what">
							<a href={`/incidents/${row.incident_id}`} data-row title="Show the newest incident">
								{row.failure_type}
							</a>{" "}
							<span class="dim">{times(row.incidents)}</span>
						</td>
						<td>
							{row.agent}, {times(row.agents)} <span class="dim">by {row.rule}</span>
						</td>
						<td>
							{row.green.toLocaleString()} of {row.incidents.toLocaleString()} <span class="dim">{byWhom(row)}</span>
						</td>
						<td class="number">{row.median_minutes === null ? "" : `${row.median_minutes.toLocaleString()} min`}</td>
						<td>
							{SUGGESTIONS[row.suggest]}: {row.why}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function times(count: number): string {
	return count === 1 ? "once" : `${count.toLocaleString()} times`;
}

/** What made them green; nothing where nobody knows. */
function byWhom({ by_person, by_bot, by_rerun }: ShownObserved): string {
	const parts = [
		by_person > 0 ? `${by_person.toLocaleString()} by people` : undefined,
		by_bot > 0 ? `${by_bot.toLocaleString()} by bots` : undefined,
		by_rerun > 0 ? `${by_rerun.toLocaleString()} in a rerun` : undefined,
	];
	return parts.filter((part) => part !== undefined).join(", ");
}
