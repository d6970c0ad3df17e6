import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { readFailureCase } from "../../cli/cases/failure-case.ts";
import { type Routed, routeCase } from "../../cli/route.ts";
import { type Artefact, loadPipeline, type Pipeline } from "../../pipeline/index.ts";

/** A failure with the right answer (README.md beside this file). */
const labelled = z.strictObject({
	id: z.string(),
	/** The public report that quotes the output; behind `tool: `, only the address of the tool that prints it. */
	source: z.string(),
	workflow_name: z.string().nullable(),
	workflow_path: z.string().nullable(),
	job_name: z.string().nullable(),
	failed_steps: z.array(z.string()).nullable(),
	changed_files: z.array(z.string()).nullable(),
	log: z.string(),
	agent: z.enum(["rex", "blaze", "bolt", "cipher", "atlas"]),
	/** Any of them is right. */
	failure_types: z.array(z.string()).min(1),
	why: z.string(),
	/** Words mislead, or several fields appear. */
	hard: z.boolean(),
});

export type LabelledFailure = z.infer<typeof labelled>;

export const BATCHES = [
	"first-batch.jsonl",
	"second-batch.jsonl",
	"third-batch.jsonl",
	"fourth-batch.jsonl",
	"fifth-batch.jsonl",
] as const;

export function readBatch(file: string): readonly LabelledFailure[] {
	const text = readFileSync(fileURLToPath(new URL(file, import.meta.url)), "utf8");
	return text
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => labelled.parse(JSON.parse(line)));
}

type Known = Pick<
	LabelledFailure,
	"workflow_name" | "workflow_path" | "job_name" | "failed_steps" | "changed_files"
> & {
	readonly log: string | null;
};

const NO_NAMES = { workflow_name: null, workflow_path: null, job_name: null, failed_steps: null };

function known({ workflow_name, workflow_path, job_name, failed_steps, changed_files, log }: Known): Known {
	return { workflow_name, workflow_path, job_name, failed_steps, changed_files, log };
}

/** What is known of a failure, four ways. */
export const WAYS = {
	"as it is": (failure: Known): Known => known(failure),
	"names removed": ({ failed_steps, changed_files, log }: Known): Known => ({
		changed_files,
		log,
		workflow_name: "Checks",
		workflow_path: ".github/workflows/checks.yml",
		job_name: "job",
		failed_steps: failed_steps === null ? null : ["Run"],
	}),
	"log only": ({ log }: Known): Known => ({ ...NO_NAMES, changed_files: null, log }),
	"no log": (failure: Known): Known => ({ ...known(failure), log: null }),
} as const;

export type Way = keyof typeof WAYS;

export interface Miss {
	readonly id: string;
	readonly why: string;
	readonly right: string;
	readonly chosen: string;
}

export interface Figures {
	readonly cases: number;
	/** How many went to the right agent, in all and of each agent's own. */
	readonly agent: number;
	readonly of: Readonly<Record<string, { readonly right: number; readonly cases: number }>>;
	/** How many of these have the right failure type, too. */
	readonly type: number;
	readonly misses: readonly Miss[];
}

/** Routes each failure as `healer route` does, knowing this much of it. */
export async function measure(artefact: Artefact, batch: readonly LabelledFailure[], way: Way): Promise<Figures> {
	const pipeline = loadPipeline(artefact);
	const answers: Answer[] = [];
	for (const failure of batch) answers.push(await answerFor(artefact, pipeline, failure, way));
	const right = answers.filter(({ isAgent }) => isAgent);
	const agents = [...new Set(batch.map(({ agent }) => agent))];
	return {
		cases: batch.length,
		agent: right.length,
		of: Object.fromEntries(
			agents.map((agent) => [
				agent,
				{
					right: right.filter(({ failure }) => failure.agent === agent).length,
					cases: batch.filter((failure) => failure.agent === agent).length,
				},
			]),
		),
		type: right.filter(({ isType }) => isType).length,
		misses: answers.filter(({ isAgent, isType }) => !(isAgent && isType)).map(missOf),
	};
}

interface Answer {
	readonly failure: LabelledFailure;
	readonly routed: Routed;
	readonly isAgent: boolean;
	readonly isType: boolean;
}

async function answerFor(artefact: Artefact, pipeline: Pipeline, failure: LabelledFailure, way: Way): Promise<Answer> {
	const given = readFailureCase(JSON.stringify({ id: failure.id, ...WAYS[way](failure) }));
	if (!given.ok) throw new Error(`${failure.id}: ${given.problem}`);
	const routed = await routeCase(artefact, pipeline, given.value);
	return {
		failure,
		routed,
		isAgent: routed.agent === failure.agent,
		isType: failure.failure_types.includes(routed.failure_type ?? ""),
	};
}

function missOf({ failure: { id, why, agent, failure_types }, routed }: Answer): Miss {
	return { id, why, right: `${agent} ${failure_types.join("|")}`, chosen: `${routed.agent} ${routed.failure_type}` };
}
