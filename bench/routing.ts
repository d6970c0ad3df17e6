import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { type FailureCase, readFailureCase } from "../cli/cases/failure-case.ts";
import { routeCase } from "../cli/route.ts";
import { loadPipeline } from "../pipeline/index.ts";
import { ownCases } from "./own-cases.ts";

/** A failure whose correct agent is known. */
export interface LabelledCase {
	readonly id: string;
	readonly agent: string;
	readonly given: FailureCase;
}

export interface Accuracy {
	readonly name: string;
	readonly cases: number;
	readonly right: number;
	/** One half of the cases each, split by id: rules tuned on one half are measured on the other. */
	readonly halves: readonly [number, number];
	/** How often the row's agent was expected and the column's was chosen. */
	readonly matrix: Readonly<Record<string, Readonly<Record<string, number>>>>;
	readonly wrong: readonly {
		readonly id: string;
		readonly agent: string;
		readonly given_to: string;
		readonly rule: string;
	}[];
}

/** What each variant removes from the cases, to measure the rest. */
const VARIANTS: readonly (readonly [string, (given: FailureCase) => FailureCase])[] = [
	["as they are", (given) => given],
	[
		"without names of workflow and job",
		(given) => ({ ...given, workflow_name: null, workflow_path: null, job_name: null }),
	],
	["without the log", (given) => ({ ...given, log: null })],
	["the log alone", ({ id, log, event, alert }) => ({ id, log, event, alert })],
];

/**
 * How often the correct agent was chosen: for the cases in these files (`healer route`'s format, with `agent`), or else
 * for the project's own.
 */
export async function measureRouting(files: readonly string[]): Promise<readonly Accuracy[]> {
	const artefact = await loadGoodPipeline("pipeline.yaml");
	if (!artefact.ok) throw new Error(artefact.problem);
	const pipeline = loadPipeline(artefact.value);
	const cases = files.length === 0 ? await ownCases() : (await Promise.all(files.map(labelledCases))).flat();
	const agents = Object.keys(artefact.value.agents);
	const measured: Accuracy[] = [];
	for (const [name, change] of VARIANTS) {
		const matrix = Object.fromEntries(agents.map((row) => [row, Object.fromEntries(agents.map((to) => [to, 0]))]));
		const wrong: { id: string; agent: string; given_to: string; rule: string }[] = [];
		const halves: [number[], number[]] = [[], []];
		for (const { id, agent, given } of cases) {
			const routed = await routeCase(artefact.value, pipeline, change(given));
			const to = routed.agent ?? "nobody";
			const row = matrix[agent] ?? {};
			row[to] = (row[to] ?? 0) + 1;
			matrix[agent] = row;
			halves[halfOf(id)].push(to === agent ? 1 : 0);
			if (to !== agent) wrong.push({ id, agent, given_to: to, rule: routed.rule ?? "" });
		}
		measured.push({
			name,
			cases: cases.length,
			right: cases.length - wrong.length,
			halves: [share(halves[0]), share(halves[1])],
			matrix,
			wrong,
		});
	}
	return measured;
}

function halfOf(id: string): 0 | 1 {
	return (createHash("sha256").update(id).digest()[0] ?? 0) % 2 === 0 ? 0 : 1;
}

function share(hits: readonly number[]): number {
	return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

async function labelledCases(file: string): Promise<LabelledCase[]> {
	const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line.trim() !== "");
	return lines.map((line, at) => {
		const given = readFailureCase(line);
		const { agent } = JSON.parse(line) as { agent?: unknown };
		if (!given.ok || typeof agent !== "string") throw new Error(`${file}, line ${at + 1}: not a case with an agent`);
		return { id: String(given.value.id ?? `${file}:${at + 1}`), agent, given: given.value };
	});
}

/** Prints the accuracy of each variant, then the first variant's matrix, then its errors. */
export function printRouting(measured: readonly Accuracy[], print: (line: string) => void): void {
	print(`${"routing".padEnd(36)}right   of   share   halves`);
	for (const { name, right, cases, halves } of measured) {
		const parts = halves.map((half) => percent(half)).join(" ");
		print(
			`  ${name.padEnd(34)}${String(right).padStart(5)}${String(cases).padStart(5)}  ${percent(right / cases)}  ${parts}`,
		);
	}
	const [first] = measured;
	if (first === undefined) return;
	const columns = [...new Set(Object.values(first.matrix).flatMap((row) => Object.keys(row)))];
	print("");
	print(`${"expected \\ got".padEnd(20)}${columns.map((to) => to.padStart(8)).join("")}   recall precision`);
	for (const [agent, row] of Object.entries(first.matrix)) {
		const of = Object.values(row).reduce((sum, count) => sum + count, 0);
		const given = Object.values(first.matrix).reduce((sum, other) => sum + (other[agent] ?? 0), 0);
		const hits = row[agent] ?? 0;
		const counts = columns.map((to) => String(row[to] ?? 0).padStart(8)).join("");
		print(`${agent.padEnd(20)}${counts}   ${percent(hits / of)}    ${percent(hits / given)}`);
	}
	for (const { id, agent, given_to, rule } of first.wrong)
		print(`  ${id}: expected ${agent}, got ${given_to} by ${rule}`);
	print("");
	print(
		"This run does not tune the rules to these cases. To see how much of a change is overfitting, use one half while",
	);
	print("changing rules (the first half has the ids whose SHA-256 begins with an even byte) and compare on the other.");
}

function percent(part: number): string {
	return Number.isNaN(part) ? "   - " : `${(100 * part).toFixed(1).padStart(5)}%`;
}
