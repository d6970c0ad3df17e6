import type { Output } from "../output.ts";
import { table } from "../table.ts";
import { type Compared, type Difference, isChange, type Verdict } from "./verdict.ts";

export interface Backtest {
	readonly compared: readonly Compared[];
	/** Incidents that were decided before their context was kept: they cannot be tried. */
	readonly not_kept: number;
}

const DIFFERENCES: readonly (readonly [Difference, string])[] = [
	["agent", "go to another agent"],
	["type", "have another failure type"],
	["skipped", "would be skipped"],
	["not skipped any more", "would not be skipped any more"],
	["rule", "are the same by another rule"],
	["none", "are the same"],
];

/** What would change, one line each, then how many, then which agents give to which, with how the old ones fared. */
export function renderBacktest({ compared, not_kept }: Backtest, { paint }: Output): readonly string[] {
	const changed = compared.filter(isChange);
	const rows = changed.map(({ id, where, before, after, status }) => [
		id.slice(0, 12),
		where,
		shown(before),
		shown(after),
		status ?? "",
	]);
	const counts = DIFFERENCES.flatMap(([difference, words]) => {
		const count = compared.filter((one) => one.difference === difference).length;
		return count === 0 ? [] : [`  ${String(count).padStart(6)} ${words}`];
	});
	return [
		...(rows.length === 0 ? [] : [...table(["", "where", "old", "new", "outcome of the old"], rows, paint), ""]),
		`${compared.length} decided again:`,
		...counts,
		...(not_kept === 0 ? [] : [`  ${String(not_kept).padStart(6)} were left out: their context was not kept`]),
		...moves(changed, paint),
	];
}

/** Who gives how many to whom, and what had come of them. */
function moves(changed: readonly Compared[], paint: Output["paint"]): readonly string[] {
	const groups = Map.groupBy(
		changed.filter(({ difference }) => difference !== "type"),
		({ before, after }) => `${before.agent ?? "skipped"} → ${after.agent ?? "skipped"}`,
	);
	if (groups.size === 0) return [];
	const rows = [...groups]
		.sort(([, a], [, b]) => b.length - a.length)
		.map(([move, group]) => [move, String(group.length), outcomes(group)]);
	return ["", ...table(["old → new", "", "outcomes of the old"], rows, paint)];
}

function outcomes(group: readonly Compared[]): string {
	const counted = Map.groupBy(group, ({ status }) => status ?? "");
	return [...counted]
		.filter(([status]) => status !== "")
		.map(([status, { length }]) => `${length} ${status}`)
		.join(", ");
}

function shown({ agent, failure_type, rule }: Verdict): string {
	return agent === null ? `skipped (${rule ?? "unknown"})` : `${agent} ${failure_type ?? ""}`;
}
