import { DIMENSIONS, type Dimension, type Insights } from "../../worker/api/insights/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Problem } from "../parts/problem.tsx";
import { params } from "../route.ts";
import { DayChart } from "./day-chart.tsx";
import { FiguresTable } from "./figures-table.tsx";
import { Suggestions } from "./suggestions.tsx";
import { Targets } from "./targets.tsx";

const SPANS = { "24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days" } as const;

/** The targets, the figures of each day, and the figures by agent, failure type, rule and repository. */
export function InsightsView() {
	const since = params.value.get("since") ?? "7d";
	const resource = useResource<Insights>(`/api/insights?since=${encodeURIComponent(since)}`, "changes");
	const { body } = resource;
	return (
		<>
			<header class="head">
				<h1 tabIndex={-1}>Insights</h1>
				<nav class="counts" aria-label="Period">
					{Object.entries(SPANS).map(([span, text]) => (
						<a key={span} href={`/insights?since=${span}`} aria-current={span === since ? "true" : undefined}>
							{text}
						</a>
					))}
				</nav>
			</header>
			<Problem of={resource} />
			{body === undefined ? resource.error === undefined && <p class="empty">Loading…</p> : <Shown insights={body} />}
		</>
	);
}

function Shown({ insights: { targets, total, by, since, suggestions } }: { readonly insights: Insights }) {
	return (
		<>
			<Targets targets={targets} total={total} />
			{total.incidents === 0 ? (
				<p class="empty">
					No incidents in this period. <a href="/hub">Hub</a> counts the ignored deliveries.
				</p>
			) : (
				<>
					<section class="panel" aria-label="Day by day">
						<h2>Day by day</h2>
						<DayChart days={by.day} since={since} />
					</section>
					<Suggestions suggestions={suggestions} />
					{DIMENSIONS.filter((one) => one !== "day").map((one) => (
						<section key={one} class="panel" aria-label={TITLES[one]}>
							<h2>{TITLES[one]}</h2>
							<FiguresTable title={TITLES[one]} name={one} groups={by[one]} since={since} />
						</section>
					))}
				</>
			)}
		</>
	);
}

const TITLES = {
	agent: "By agent",
	failure_type: "By failure type",
	rule: "By rule",
	repository: "By repository",
	day: "By day",
} as const satisfies Record<Dimension, string>;
