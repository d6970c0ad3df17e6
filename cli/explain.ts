import { didYouMean } from "../pipeline/build/checks/did-you-mean.ts";
import {
	type Artefact,
	type Autonomy,
	becauseSentence,
	type Decision,
	type Fingerprint,
	type LifecycleReading,
	loadPipeline,
	type Pipeline,
	printable,
	type Reading,
	readDelivery,
	readLifecycle,
	renderIgnored,
	renderStageLine,
	renderStages,
	type StageExplanation,
	whoseSentence,
	whyIgnored,
} from "../pipeline/index.ts";
import { ok, type Result } from "../wire/result.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { caseContext } from "./cases/case-context.ts";
import { readHistoryFile } from "./cases/case-history.ts";
import { decideKnowing } from "./cases/decide-knowing.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { readJson } from "./read-input.ts";
import { readLogFile } from "./read-log-file.ts";

export interface ExplainOptions {
	readonly event: string;
	readonly pipeline: string;
	readonly log?: string;
	readonly files?: readonly string[];
	/** A file with what is known of the check, as in a case. */
	readonly history?: string;
	readonly json?: boolean;
	/** Every rule that was looked at, below the stage that it belongs to. */
	readonly verbose?: boolean;
}

/** How a delivery was read, and the decision when it is an incident. */
export interface Explained {
	readonly pipeline: string;
	readonly reading: Reading;
	/** What it reports about running remediations. */
	readonly lifecycle: LifecycleReading;
	readonly decision?: Decision;
	/** What identifies the cause; null where nothing does, or nothing is decided. */
	readonly fingerprint: Fingerprint | null;
	/** The events that the pipeline listens to. */
	readonly events: readonly string[];
}

/**
 * `healer explain`: shows every stage's verdict on a delivery. An ignored delivery is a valid answer, not a failure.
 */
export async function explain(payload: string, options: ExplainOptions, output: Output): Promise<ExitCode> {
	const explained = await explainDelivery(payload, options);
	if (!explained.ok) {
		return exitWith(output, explained.problem, EXIT.usage);
	}
	const { reading, events } = explained.value;
	if (options.json) output.line(JSON.stringify(explained.value, undefined, 2));
	else for (const line of renderExplained(explained.value, output, options.verbose)) output.line(line);
	if (reading.outcome === "ignored" && reading.reason.kind === "unknown_event") {
		output.problem(`The pipeline listens to ${events.join(", ")}.${didYouMean(options.event, events)}`);
	}
	return EXIT.ok;
}

async function explainDelivery(file: string, options: ExplainOptions): Promise<Result<Explained>> {
	const payload = await readJson(file);
	if (!payload.ok) return payload;
	const artefact = await loadGoodPipeline(options.pipeline);
	if (!artefact.ok) return artefact;
	const pipeline = loadPipeline(artefact.value);
	const delivery = { event: options.event, delivery_id: "explain", payload: payload.value.value };
	const reading = await readDelivery(pipeline, delivery);
	const lifecycle = await readLifecycle(pipeline, delivery);
	const { version } = artefact.value;
	const events = [...new Set([...artefact.value.events, ...artefact.value.lifecycle].map(({ on }) => on))].sort();
	const known = { pipeline: version, lifecycle, events, fingerprint: null };
	if (reading.outcome === "command") return ok({ ...known, reading });
	if (reading.outcome === "ignored") {
		const reason = whyIgnored(reading.reason, delivery, lifecycle.signal);
		return ok({ ...known, reading: { ...reading, reason } });
	}
	const decision = await decideGiven(artefact.value, pipeline, reading, options);
	if (!decision.ok) return decision;
	const fingerprint = decision.value.outcome === "spawn" ? decision.value.fingerprint : null;
	return ok({ ...known, reading, decision: decision.value, fingerprint });
}

async function decideGiven(
	artefact: Artefact,
	pipeline: Pipeline,
	{ incident }: Extract<Reading, { outcome: "incident" }>,
	options: ExplainOptions,
): Promise<Result<Decision>> {
	const log = options.log === undefined ? ok(undefined) : await readLogFile(pipeline, options.log);
	if (!log.ok) return log;
	const context = caseContext(artefact, { log: log.value, changed_files: options.files });
	const history = options.history === undefined ? ok(undefined) : await readHistoryFile(options.history);
	if (!history.ok) return history;
	return ok(await decideKnowing(pipeline, { incident, context, attempt: 1 }, { history: history.value }));
}

type Paint = Pick<Output, "paint">;

/** The verdict in one sentence, then the stages, one line each; `verbose`: each as a tree, one line per element. */
export function renderExplained(
	{ pipeline, reading, lifecycle, decision }: Explained,
	output: Paint,
	verbose = false,
): string[] {
	const head = `pipeline ${pipeline.slice(0, 12)}`;
	const read = [...reading.explanation, ...lifecycle.explanation];
	const stagesOf = (all: readonly StageExplanation[]) =>
		verbose ? renderStages(all, output.paint) : ["", ...all.map((stage) => renderStageLine(stage, output.paint))];
	if (reading.outcome !== "incident") {
		const verdict =
			reading.outcome === "command"
				? `COMMAND ${reading.command.name} by ${reading.command.author} on pull request #${reading.command.pr_number}: not an incident.`
				: `IGNORED: ${renderIgnored(reading.reason)}.`;
		return [output.paint("yellow", printable(verdict)), "", head, ...stagesOf(read)];
	}
	return [
		...(decision === undefined ? [] : renderDecision(decision, output)),
		"",
		head,
		`incident ${reading.incident.id} (${printable(reading.identity)})`,
		...stagesOf([...read, ...(decision?.explanation ?? [])]),
	];
}

function autonomyLines({ level, rule }: Autonomy): readonly string[] {
	if (level === "act") return [];
	const what = level === "observe" ? "nothing is sent" : "a person has to approve it";
	return [`  autonomy  ${level}, by ${rule}: ${what}`];
}

function renderDecision(decision: Decision, output: Paint): string[] {
	if (decision.outcome === "filtered") {
		return [
			output.paint("yellow", `FILTERED: the filter ${decision.filter} refuses it after the context was gathered.`),
		];
	}
	const claims = decision.claims.map(({ name, key, ttl_s }) => `  claim     ${name}: ${printable(key)} for ${ttl_s} s`);
	return [
		output.paint("green", `${printable(becauseSentence(decision.because))}.`),
		`  rule      ${decision.rule}`,
		`  failure   ${decision.failure_type} (${decision.failure_category})`,
		...(decision.fingerprint === null ? [] : [`  cause     ${printable(decision.fingerprint.text)}`]),
		...(decision.whose_failure === undefined
			? []
			: [`  whose     ${printable(whoseSentence(decision.whose_failure))}`]),
		...(decision.rerun === undefined
			? []
			: [`  rerun     the failed jobs are run again first (${decision.rerun.rule}); this is for what fails again`]),
		...autonomyLines(decision.autonomy),
		...claims,
		...Object.entries(decision.coderun.metadata.labels).map(([name, value]) => `  label     ${name}=${value}`),
	];
}
