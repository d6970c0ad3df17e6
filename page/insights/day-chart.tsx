import { useEffect, useRef } from "preact/hooks";
import type { GroupFigures } from "../../worker/api/insights/shapes.ts";
import { everyDay } from "./every-day.ts";

/** Incidents per day, and how many of them an agent fixed. The table below holds the same figures for screen readers. */
export function DayChart({ days, since }: { readonly days: readonly GroupFigures[]; readonly since: string }) {
	const place = useRef<HTMLDivElement>(null);
	const shown = everyDay(days, since, new Date().toISOString());
	const key = JSON.stringify(shown);

	useEffect(() => {
		const { current: element } = place;
		if (element === null) return;
		let end: (() => void) | undefined;
		let isMounted = true;
		// Loaded on demand: no other view needs the chart library.
		void import("./draw-days.ts").then(({ drawDays }) => {
			if (isMounted) end = drawDays(element, shown);
		});
		return () => {
			isMounted = false;
			end?.();
		};
	}, [key]);

	const incidents = shown.reduce((sum, day) => sum + day.incidents, 0);
	const fixed = shown.reduce((sum, day) => sum + day.fixed, 0);
	return (
		<>
			<ul class="legend">
				<li class="mark quiet">incidents</li>
				<li class="mark good">fixed by an agent</li>
			</ul>
			<div
				class="chart"
				ref={place}
				role="img"
				aria-label={`${incidents} incidents in ${shown.length} days, ${fixed} of them fixed by an agent`}
			/>
			<details class="more">
				<summary>As a table</summary>
				<table class="figures">
					<thead>
						<tr>
							<th scope="col">Day (UTC)</th>
							<th scope="col">Incidents</th>
							<th scope="col">Fixed</th>
						</tr>
					</thead>
					<tbody>
						{shown.toReversed().map(({ day, ...figures }) => (
							<tr key={day}>
								<th scope="row">{day}</th>
								<td>{figures.incidents}</td>
								<td>{figures.fixed}</td>
							</tr>
						))}
					</tbody>
				</table>
			</details>
		</>
	);
}
