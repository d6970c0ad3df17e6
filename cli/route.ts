import { createInterface } from "node:readline/promises";
import {
	type Artefact,
	decide,
	type Fingerprint,
	loadPipeline,
	type Pipeline,
	readLogText,
} from "../pipeline/index.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { caseContext } from "./cases/case-context.ts";
import { type FailureCase, readFailureCase } from "./cases/failure-case.ts";
import { incidentOfCase } from "./cases/incident-of-case.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";

export interface RouteOptions {
	readonly pipeline: string;
	readonly json?: boolean;
}

/** The result of `healer route` for one case. All but the id are null when a filter refuses it. */
export interface Routed {
	readonly id: string | number | null;
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	/** What identifies the cause; null where nothing does. */
	readonly fingerprint: Fingerprint | null;
}

/** `healer route`: runs each case through the real pipeline, in order. An invalid line does not stop the others. */
export async function route(cases: NodeJS.ReadableStream, options: RouteOptions, output: Output): Promise<ExitCode> {
	const artefact = await loadGoodPipeline(options.pipeline);
	if (!artefact.ok) {
		return exitWith(output, artefact.problem, EXIT.usage);
	}
	const pipeline = loadPipeline(artefact.value);
	let code: ExitCode = EXIT.ok;
	let number = 0;
	for await (const line of createInterface({ input: cases, crlfDelay: Number.POSITIVE_INFINITY })) {
		number++;
		if (line.trim() === "") continue;
		const reading = readFailureCase(line);
		if (!reading.ok) {
			output.problem(`line ${number}: ${reading.problem}`);
			code = EXIT.problem;
			continue;
		}
		const routed = await routeCase(artefact.value, pipeline, reading.value);
		output.line(options.json ? JSON.stringify(routed) : asRow(routed));
	}
	return code;
}

export async function routeCase(artefact: Artefact, pipeline: Pipeline, given: FailureCase): Promise<Routed> {
	const context = caseContext(artefact, {
		log: given.log ? readLogText(pipeline.logSearch, given.log) : undefined,
		job: given.job_name ?? undefined,
		failed_steps: given.failed_steps ?? undefined,
		changed_files: given.changed_files ?? undefined,
	});
	const decision = await decide(pipeline, { incident: incidentOfCase(artefact, given), context, attempt: 1 });
	const id = given.id ?? null;
	if (decision.outcome === "filtered") return { id, agent: null, failure_type: null, rule: null, fingerprint: null };
	const { agent, failure_type, rule, fingerprint } = decision;
	return { id, agent, failure_type, rule, fingerprint };
}

function asRow({ id, agent, failure_type, rule }: Routed): string {
	return [id ?? "-", agent ?? "-", failure_type ?? "-", rule ?? "-"].join("\t");
}
