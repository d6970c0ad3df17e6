import type { Output } from "../output.ts";
import { table, visible } from "../table.ts";
import type { AgentsWoken } from "./agents-woken.ts";
import type { ChangedEntry } from "./changed-entries.ts";
import { type Compared, type Difference, isChange, type Verdict } from "./verdict.ts";

export interface Backtest {
	readonly compared: readonly Compared[];
	/** Incidents decided before Healer stored their context: they cannot be replayed. */
	readonly not_kept: number;
	/** Of incidents: what it would have cost. Cases from files have no time. */
	readonly agents?: AgentsWoken;
	/** What the pipelines differ in, if that is known. */
	readonly policy?: {
		/** The version that is compared with. */
		readonly version: string;
		readonly changes: readonly ChangedEntry[];
	};
}

const DIFFERENCES: readonly (readonly [Difference, string])[] = [
	["agent", "go to a different agent"],
	["type", "have a different failure type"],
	["skipped", "would be skipped"],
	["not skipped any more", "would no longer be skipped"],
	["rule", "are unchanged, by a different rule"],
	["none", "are unchanged"],
];

/**
 * Renders the changes, one line each, then the counts, then the moves from agent to agent with the outcomes of the old
 * decisions.
 */
export function renderBacktest({ compared, not_kept, agents, policy }: Backtest, output: Output): readonly string[] {
	const changed = compared.filter(isChange);
	const rows = changed.map(({ id, where, before, after, changed_by = [], status }) => [
		id.slice(0, 12),
		where,
		shown(before),
		shown(after),
		...(policy === undefined ? [] : [changed_by.join(", ")]),
		status ?? "",
	]);
	const head = ["", "where", "old", "new", ...(policy === undefined ? [] : ["changed by"]), "old outcome"];
	const counts = DIFFERENCES.flatMap(([difference, words]) => {
		const count = compared.filter((one) => one.difference === difference).length;
		return count === 0 ? [] : [`  ${String(count).padStart(6)} ${words}`];
	});
	return [
		...(rows.length === 0 ? [] : [...table(head, rows, output), ""]),
		`${compared.length} replayed:`,
		...counts,
		...(not_kept === 0 ? [] : [`  ${String(not_kept).padStart(6)} skipped: their context was not stored`]),
		...(agents === undefined ? [] : ["", agentsLine(agents)]),
		...moves(changed, output),
		...(policy === undefined ? [] : changesLines(policy, output.paint)),
	];
}

function agentsLine({ woken, grouped, passed_again, run_again }: AgentsWoken): string {
	return [
		`Agents woken: ${run_again === 0 ? "" : "at most "}${woken}`,
		...(grouped === 0 ? [] : [`${grouped} would wait for the fix of another with the same cause`]),
		...(passed_again === 0 ? [] : [`${passed_again} would be run again first, and passed when that was done`]),
		...(run_again === 0 ? [] : [`${run_again} of the ${woken} would be run again first: nobody knows the result`]),
	].join("; ");
}

const MOST_CHANGES = 20;

/** What the pipelines differ in, and where that is written. */
function changesLines(
	{ version, changes }: NonNullable<Backtest["policy"]>,
	paint: Output["paint"],
): readonly string[] {
	if (changes.length === 0) return ["", `The policy is that of version ${version.slice(0, 12)}.`];
	const listed = changes.slice(0, MOST_CHANGES);
	const width = Math.max(...listed.map(({ entry }) => entry.length));
	const lines = listed.map(({ entry, change, file, line }) => {
		const place = [file, line].filter((part) => part !== undefined).join(":");
		return visible(`  ${entry.padEnd(width)}  ${change.padEnd("changed".length)}  ${place}`.trimEnd());
	});
	const more = changes.length - listed.length;
	return [
		"",
		`Changed in the policy since version ${version.slice(0, 12)}:`,
		...lines,
		...(more === 0 ? [] : [paint("dim", `  ... ${more} more (--json)`)]),
	];
}

/** How many incidents move from which agent to which, and the outcomes they had. */
function moves(changed: readonly Compared[], output: Output): readonly string[] {
	const groups = Map.groupBy(
		changed.filter(({ difference }) => difference !== "type"),
		({ before, after }) => `${before.agent ?? "skipped"} → ${after.agent ?? "skipped"}`,
	);
	if (groups.size === 0) return [];
	const rows = [...groups]
		.sort(([, a], [, b]) => b.length - a.length)
		.map(([move, group]) => [move, String(group.length), outcomes(group)]);
	return ["", ...table(["old → new", "", "old outcomes"], rows, output)];
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
