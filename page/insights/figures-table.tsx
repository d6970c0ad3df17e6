import type { Dimension, GroupFigures } from "../../worker/api/insights/shapes.ts";
import { ScrollArea } from "../parts/scroll-area.tsx";
import { duration, share } from "./amount.ts";

const VISIBLE = 12;

interface FiguresOf {
	readonly title: string;
	/** The list's filter of the same name leads to the incidents of a row. */
	readonly name: Exclude<Dimension, "day">;
	readonly groups: readonly GroupFigures[];
	/** ISO 8601: the start of the period. */
	readonly since: string;
}

/** The figures of each agent, failure type, rule or repository, largest first. */
export function FiguresTable({ groups, ...table }: FiguresOf) {
	if (groups.length === 0) return <p class="empty">Nothing was decided in this period.</p>;
	return (
		<>
			<Table {...table} groups={groups.slice(0, VISIBLE)} />
			{groups.length > VISIBLE && (
				<details class="more">
					<summary>{groups.length - VISIBLE} more</summary>
					<Table {...table} title={`${table.title}, the others`} groups={groups.slice(VISIBLE)} />
				</details>
			)}
		</>
	);
}

function Table({ title, name, groups, since }: FiguresOf) {
	return (
		<ScrollArea look="wide-table" label={`${title}: figures`}>
			<table class="figures">
				<thead>
					<tr>
						<th scope="col">Name</th>
						<th scope="col">Incidents</th>
						<th scope="col">Attempts</th>
						<th scope="col">Fixed</th>
						<th scope="col">Fix rate</th>
						<th scope="col">p50</th>
						<th scope="col">p90</th>
						<th scope="col">Right agent</th>
						<th scope="col">Duplicates prevented</th>
						<th scope="col">Flaky</th>
						<th scope="col">Agent time</th>
						<th scope="col">Per fix</th>
					</tr>
				</thead>
				<tbody>
					{groups.map((group) => (
						<tr key={group.value}>
							<th scope="row">
								<a href={`/?${new URLSearchParams({ [name]: group.value, since })}`} title="Show its incidents">
									<code>{group.value}</code>
								</a>
							</th>
							<td>{group.incidents}</td>
							<td>{group.attempts}</td>
							<td>{group.fixed}</td>
							<td>{share(group.fix_rate)}</td>
							<td>{duration(group.time_to_fix.p50_s)}</td>
							<td>{duration(group.time_to_fix.p90_s)}</td>
							<td>{share(group.routing.rate)}</td>
							<td>{group.duplicates.prevented}</td>
							<td>{group.flaky}</td>
							<td>{group.agent_time.of === 0 ? "–" : duration(group.agent_time.total_s)}</td>
							<td>{duration(group.agent_time.per_fix_s)}</td>
						</tr>
					))}
				</tbody>
			</table>
		</ScrollArea>
	);
}
