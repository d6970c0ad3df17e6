import { policyDiff } from "../../pipeline/build/index.ts";
import { type Artefact, loadPipeline } from "../../pipeline/index.ts";
import { ok, type Result } from "../../wire/result.ts";
import { activePipeline } from "../backtest/active-pipeline.ts";
import type { Backtest } from "../backtest/render-backtest.ts";
import { type Compared, isChange } from "../backtest/verdict.ts";
import { replayAll } from "../backtest.ts";
import type { Output } from "../output.ts";
import type { WorkerAccess } from "../worker-api.ts";

/** What a push would change. */
export interface Preview {
	readonly active: string;
	/** A unified diff of the resolved policy and the prompts. */
	readonly diff: readonly string[];
	/** Stored incidents by the active pipeline and by the new one. */
	readonly backtest: Backtest;
}

/** Compares the artefact with the worker's active one: as text, and by what both decide about the newest stored incidents. */
export async function previewPush(
	worker: WorkerAccess,
	artefact: Artefact,
	limit: number,
	output: Output,
): Promise<Result<Preview>> {
	const read = await activePipeline(worker);
	if (!read.ok) return read;
	const active = read.value;
	if (active.version === artefact.version) {
		return ok({ active: active.version, diff: [], backtest: { compared: [], not_kept: 0 } });
	}
	// Both decide on the same facts: an earlier push that changed a decision is no change of this one.
	const base = canLoad(active) ? active : undefined;
	const backtest = await replayAll(worker, { artefact, base }, limit, output);
	return backtest.ok
		? ok({ active: active.version, diff: policyDiff(active, artefact), backtest: backtest.value })
		: backtest;
}

/** An artefact of another version of Healer may not load here: then the recorded decisions are compared. */
function canLoad(artefact: Artefact): boolean {
	try {
		loadPipeline(artefact);
		return true;
	} catch {
		return false;
	}
}

const MOST_LINES = 400;
const MOST_ROWS = 20;

/** The diff, coloured, and which stored incidents would be decided otherwise. */
export function renderPreview({ active, diff, backtest }: Preview, { paint }: Output): readonly string[] {
	if (diff.length === 0) return [`No change: ${active} is active already.`];
	const lines = diff.slice(0, MOST_LINES).map((line) => coloured(line, paint));
	const more = diff.length - MOST_LINES;
	const changed = backtest.compared.filter(isChange);
	const rows = changed
		.slice(0, MOST_ROWS)
		.map(({ id, where, before, after }) => `  ${id.slice(0, 12)}  ${where}: ${shown(before)} → ${shown(after)}`);
	return [
		...lines,
		...(more > 0 ? [paint("dim", `... ${more} more lines`)] : []),
		"",
		decisionsLine(backtest, changed.length),
		...rows,
		...(changed.length > MOST_ROWS
			? [paint("dim", `  ... ${changed.length - MOST_ROWS} more: npx healer backtest`)]
			: []),
	];
}

function decisionsLine({ compared, not_kept }: Backtest, changed: number): string {
	if (compared.length === 0) return "No stored incident to try it on.";
	const left = not_kept === 0 ? "" : ` ${not_kept} more were stored without their context.`;
	const of = `of the ${compared.length} newest stored incidents`;
	return `${changed === 0 ? "None" : changed} ${of} would be decided otherwise.${left}`;
}

function shown({ agent, failure_type, rule }: Compared["before"]): string {
	return agent === null ? `skipped by ${rule ?? "a filter"}` : `${agent} ${failure_type ?? ""}`.trimEnd();
}

function coloured(line: string, paint: Output["paint"]): string {
	const text = line.replaceAll(/[^\P{Cc}\t]/gu, "\ufffd");
	if (/^(---|\+\+\+) /.test(text)) return paint("bold", text);
	if (text.startsWith("@@")) return paint("dim", text);
	if (text.startsWith("+")) return paint("green", text);
	return text.startsWith("-") ? paint("red", text) : text;
}
