import type { Figures, Target } from "../../worker/api/insights/shapes.ts";
import { duration, share } from "./amount.ts";

/** The four targets, each with the current figure. */
export function Targets({ targets, total }: { readonly targets: readonly Target[]; readonly total: Figures }) {
	return (
		<ul class="targets">
			{targets.map((target) => (
				<li key={target.name}>
					<div class="name">{NAMES[target.name]}</div>
					<div class="actual">{amount(target, target.actual)}</div>
					<div>
						<Verdict target={target} />{" "}
						<span class="dim">
							{target.name === "duplicates_prevented" ? "" : target.unit === "share" ? "over " : "under "}
							{amount(target, target.target)}
						</span>
					</div>
					{target.met !== null && <div class="dim">{detailOf(target, total)}</div>}
				</li>
			))}
		</ul>
	);
}

function Verdict({ target: { met } }: { readonly target: Target }) {
	if (met === null) return <span class="mark quiet">no data yet</span>;
	return met ? <span class="mark good">met</span> : <span class="mark bad">missed</span>;
}

function amount({ unit }: Target, value: number | null): string {
	return unit === "share" ? share(value) : duration(value);
}

function detailOf({ name, target, count, of }: Target, { duplicates, time_to_fix }: Figures): string {
	switch (name) {
		case "routing":
			return `Right for ${count} of ${of} fixes`;
		case "duplicates_prevented":
			return `${count} of ${of} prevented, ${duplicates.made} made`;
		case "time_to_fix_p50":
			return `Median; ${count} of ${of} fixes under ${duration(target)}, p90 ${duration(time_to_fix.p90_s)}`;
		case "fix_rate":
			return `${count} of ${of} remediations`;
		default:
			return name satisfies never;
	}
}

const NAMES = {
	routing: "Right agent",
	duplicates_prevented: "Duplicates prevented",
	time_to_fix_p50: "Time to fix",
	fix_rate: "Fixed",
} as const satisfies Record<Target["name"], string>;
