import type { Figures, Insights, Target } from "../../worker/api/insights/shapes.ts";
import type { Output } from "../output.ts";
import { table, visible } from "../table.ts";

const TARGETS: Readonly<Record<Target["name"], string>> = {
	routing: "right agent first",
	duplicates_prevented: "duplicates prevented",
	time_to_fix_p50: "time to fix, p50",
	fix_rate: "fixed",
};

const COUNTED: Readonly<Record<Target["name"], string>> = {
	routing: "fixes",
	duplicates_prevented: "duplicates",
	time_to_fix_p50: "fixes in time",
	fix_rate: "remediations",
};

const DIMENSIONS = [
	["agent", "agent"],
	["failure_type", "failure type"],
	["rule", "rule"],
	["repository", "repository"],
	["day", "day"],
] as const;

const HEAD = [
	"incidents",
	"attempts",
	"ended",
	"fixed",
	"",
	"p50",
	"p90",
	"duplicates",
	"routed wrong",
	"flaky",
	"agent time",
	"per fix",
];

/** Renders the targets, a table for each dimension, and suggestions for rules that chose the wrong agent. */
export function renderInsights(insights: Insights, output: Output): readonly string[] {
	const { paint } = output;
	const { since, repository, targets, total, by, suggestions } = insights;
	const where = repository === null ? "" : ` of ${visible(repository)}`;
	const lines = [
		`Since ${since}${where}: ${counted(total.incidents, "incident")}, ${counted(total.attempts, "attempt")}`,
		"",
	];
	for (const target of targets) {
		const { name, met, actual } = target;
		const mark = met === null ? paint("dim", "-") : met ? paint("green", "✓") : paint("red", "✗");
		const goal = `${target.unit === "seconds" ? "under" : target.target === 1 ? "" : "over"} ${amount(target, target.target)}`;
		const against = `(${goal.trim()})`.padEnd(17);
		lines.push(
			`  ${mark} ${TARGETS[name].padEnd(22)}${amount(target, actual).padStart(7)}   ${against}${countsOf(target)}`,
		);
	}
	for (const [dimension, words] of DIMENSIONS) {
		if (by[dimension].length === 0) continue;
		const rows = by[dimension].map((group) => [group.value, ...cellsOf(group)]);
		lines.push("", ...table([words, ...HEAD], rows, output, { numbers: true }));
	}
	if (suggestions.length > 0) lines.push("");
	for (const { text, incidents } of suggestions) {
		lines.push(paint("bold", `${visible(text.slice(0, 1).toUpperCase() + text.slice(1))}.`));
		lines.push(paint("dim", `  such as ${incidents.join(", ")}`));
	}
	return lines;
}

function countsOf({ name, met, count, of }: Target): string {
	return met === null ? "no data" : `${count} of ${of} ${COUNTED[name]}`;
}

function cellsOf({ time_to_fix, duplicates, routing, ...of }: Figures): readonly string[] {
	const made = duplicates.made === 0 ? "" : `, ${duplicates.made} made`;
	return [
		String(of.incidents),
		String(of.attempts),
		String(of.remediations),
		String(of.fixed),
		percent(of.fix_rate),
		length(time_to_fix.p50_s),
		length(time_to_fix.p90_s),
		`${duplicates.prevented}${made}`,
		routing.rate === null ? "" : `${routing.corrected} of ${routing.right + routing.corrected}`,
		String(of.flaky),
		of.agent_time.of === 0 ? "" : length(of.agent_time.total_s),
		length(of.agent_time.per_fix_s),
	];
}

function amount({ unit }: Target, value: number | null): string {
	if (value === null) return "-";
	return unit === "seconds" ? length(value) : percent(value);
}

/** Rounded down: 99.9 % must not show as 100 %. */
function percent(share: number | null): string {
	return share === null ? "" : `${Math.floor(share * 100 + 1e-9)} %`;
}

function length(s: number | null): string {
	if (s === null) return "";
	if (s < 60) return `${s}s`;
	if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
	return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
}

function counted(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}
