import type { GroupFigures } from "../../worker/api/insights/shapes.ts";
import { duration, share } from "./amount.ts";

const VISIBLE = 12;

/** The figures of each agent, failure type, rule or repository, largest first. */
export function FiguresTable({ title, groups }: { readonly title: string; readonly groups: readonly GroupFigures[] }) {
	if (groups.length === 0) return <p class="empty">Nothing was decided in this period.</p>;
	return (
		<>
			<Table title={title} groups={groups.slice(0, VISIBLE)} />
			{groups.length > VISIBLE && (
				<details class="more">
					<summary>{groups.length - VISIBLE} more</summary>
					<Table title={`${title}, the others`} groups={groups.slice(VISIBLE)} />
				</details>
			)}
		</>
	);
}

function Table({ title, groups }: { readonly title: string; readonly groups: readonly GroupFigures[] }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard.
		<section class="wide-table" tabIndex={0} aria-label={`${title}: figures`}>
			<table class="plain figures">
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
					</tr>
				</thead>
				<tbody>
					{groups.map((group) => (
						<tr key={group.value}>
							<th scope="row">
								<code>{group.value}</code>
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
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
