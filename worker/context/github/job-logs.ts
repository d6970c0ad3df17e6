import type { FailedJob, JobLogs } from "../../../pipeline/context.ts";
import { joinReadings, type LogReading, type PlannedRequest } from "../../../pipeline/index.ts";
import type { NamedReading } from "../../../pipeline/log/join-readings.ts";
import { explainFetchError } from "../../http/network-fault.ts";
import { systemClock } from "../../runtime/clock.ts";
import { mapConcurrent } from "../../runtime/map-concurrent.ts";
import type { SourceInput, SourceResult } from "../source.ts";
import type { CachedQueries } from "./cached-queries.ts";
import { hasFailed, type JobAnswer } from "./failed-jobs.ts";
import { type Failure, type Failures, findFailures } from "./find-failures.ts";
import { openLog, READ_LIMITS, type ReadLimits, readLog } from "./read-log.ts";
import { compact, type RepoClient, sourceFailure } from "./repo-client.ts";

export interface LogTools {
	readonly client: RepoClient;
	readonly queries: CachedQueries;
	readonly about: SourceInput;
	/** For the log storage, without our credentials. */
	readonly fetch: typeof fetch;
	readonly limits?: ReadLimits;
}

// Between two tries of a log.
const PAUSE_MS = 2000;
// A few logs suffice for a matrix that failed as a whole.
const MOST_LOGS = 8;
const AT_ONCE = 2;
const MOST_JOBS = 100;
// Ends a little before the part's own timeout, so that what was read until then is used.
const SHARE_OF_TIME = 0.9;

/**
 * `github.job_logs`: the failed jobs of the run with their logs, streamed through the log reader. Without a run: the jobs of
 * all failed runs on the head, and the output of other Apps' failed checks there. A log that breaks off loses only its rest.
 */
export async function askJobLogs(tools: LogTools, request: PlannedRequest, signal: AbortSignal): Promise<SourceResult> {
	const time = AbortSignal.any([signal, AbortSignal.timeout(request.timeout_s * 1000 * SHARE_OF_TIME)]);
	const found = await findFailures(tools.client, tools.queries, tools.about.incident, time);
	if (!found.ok) return sourceFailure(found.problem);
	const { failures, areOthers } = found.value;
	if (failures.length === 0) return areOthers ? { status: "ok", data: NO_OWN_JOB } : { status: "empty" };

	const budget = budgetOf(Math.min(failures.length, MOST_LOGS));
	const read = await mapConcurrent(failures, AT_ONCE, (failure, at) => readFailure(tools, failure, at, budget, time));
	const limited = read.find((log) => log.kind === "limited");
	return limited?.result ?? resultOf(found.value, read, tools.about.keepsEach === true);
}

const NO_OWN_JOB: JobLogs = { jobs: [] };

type JobLog =
	| { readonly kind: "read"; readonly reading: LogReading; readonly cut?: string }
	| { readonly kind: "missing"; readonly why: string }
	| { readonly kind: "limited"; readonly result: SourceResult };

interface Budget {
	readonly excerpt_bytes: number;
	readonly excerpt_lines: number;
}

/** A single log gets 24 KB for its excerpt; several share up to 48 KB. */
function budgetOf(logs: number): Budget {
	const share = Math.min(2, (logs + 2) / 3) / logs;
	return { excerpt_bytes: Math.floor(24 * 1024 * share), excerpt_lines: Math.floor(400 * share) };
}

async function readFailure(
	tools: LogTools,
	failure: Failure,
	at: number,
	budget: Budget,
	time: AbortSignal,
): Promise<JobLog> {
	if (failure.kind === "run") return { kind: "missing", why: failure.why };
	if (at >= MOST_LOGS) return { kind: "missing", why: `only ${MOST_LOGS} logs are read` };
	if (failure.kind === "job") return await readJob(tools, failure.job, budget, time);
	if (failure.check.output === "") return { kind: "missing", why: "its output is empty" };
	const reader = tools.about.newLogReader(budget);
	reader.write(failure.check.output);
	return { kind: "read", reading: reader.end() };
}

/** Retries once if the log may still become available. */
async function readJob(tools: LogTools, job: JobAnswer, budget: Budget, time: AbortSignal): Promise<JobLog> {
	const first = await tryJob(tools, job, budget, time);
	if (first.kind !== "missing" || !first.mayCome || time.aborted) return first;
	await systemClock.sleep(PAUSE_MS);
	return await tryJob(tools, job, budget, time);
}

async function tryJob(
	{ client, about, fetch, limits = READ_LIMITS }: LogTools,
	job: JobAnswer,
	budget: Budget,
	time: AbortSignal,
): Promise<Exclude<JobLog, { kind: "missing" }> | { kind: "missing"; why: string; mayCome: boolean }> {
	const route = "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs";
	const address = await client.redirectOf(route, { ...client.repo, job_id: job.id }, time);
	if (!address.ok) {
		const result = sourceFailure(address.failure);
		if (result.status === "deferred") return { kind: "limited", result };
		return { kind: "missing", why: result.why, mayCome: address.failure.reason === "not_found" };
	}
	// A server that accepts the connection and never answers must not use up the time of the other logs.
	const headersLate = new AbortController();
	const timer = setTimeout(() => headersLate.abort(), limits.stallMs);
	try {
		const opened = await openLog(address.value, fetch, AbortSignal.any([time, headersLate.signal]));
		clearTimeout(timer);
		if (!opened.ok) return { kind: "missing", ...opened };
		const reader = about.newLogReader(budget);
		const { bytes, cut } = await readLog(opened.body, reader, time, limits);
		const reading = reader.end();
		if (bytes === 0 && cut !== undefined) return { kind: "missing", why: cut, mayCome: true };
		return { kind: "read", reading, ...(cut !== undefined && { cut }) };
	} catch (cause) {
		const unreached = `its storage could not be reached: ${explainFetchError(cause, address.value)}`;
		const why = headersLate.signal.aborted ? "its storage did not answer" : unreached;
		return { kind: "missing", why: time.aborted ? "the time for logs was used up" : why, mayCome: true };
	} finally {
		clearTimeout(timer);
	}
}

function resultOf({ failures, runs, incomplete }: Failures, logs: readonly JobLog[], keepsEach: boolean): SourceResult {
	const each = failures.map((failure, index) => readingOf(failure, logs[index]));
	const readings = each.flatMap((reading) => reading ?? []);
	const jobs = failures.slice(0, MOST_JOBS).map((failure, index) => {
		const own = keepsEach ? each[index] : undefined;
		return { ...failedJob(failure, logs[index]), ...(own !== undefined && { own }) };
	});
	const data: JobLogs = {
		...(readings.length > 0 && { reading: joinReadings(readings) }),
		jobs,
		...(runs !== undefined && { runs }),
	};
	const gaps = [incompleteness(jobs, failures.length), incomplete].filter((gap) => gap !== undefined);
	return { status: "ok", data, ...(gaps.length > 0 && { incomplete: gaps.join("; ") }) };
}

function readingOf(failure: Failure, log: JobLog | undefined): NamedReading | undefined {
	if (log?.kind !== "read") return undefined;
	const { reading, cut } = log;
	return { reading, title: oneLine(titleOf(failure)), ...(cut !== undefined && { cut }) };
}

function titleOf(failure: Failure): string {
	if (failure.kind === "check") return `${failure.check.app ?? "status"} ${failure.check.name}`;
	const of = failure.run === undefined ? "" : ` of ${failure.run.name ?? "run"} ${failure.run.id}`;
	return `job ${nameOf(failure)}${of}`;
}

function nameOf(failure: Failure): string {
	switch (failure.kind) {
		case "job":
			return failure.job.name;
		case "check":
			return failure.check.name;
		case "run":
			return failure.run.name ?? failure.run.path ?? String(failure.run.id);
		default:
			return failure satisfies never;
	}
}

function failedJob(failure: Failure, log: JobLog | undefined): FailedJob {
	const name = nameOf(failure);
	if (failure.kind === "check") {
		const { app = "status", url } = failure.check;
		return { name, failed_steps: [], ...compact({ url }), app, ...stateOf(log) };
	}
	const { run } = failure;
	const { html_url } = failure.kind === "job" ? failure.job : failure.run;
	const steps = (failure.kind === "job" ? failure.job.steps : null) ?? [];
	const failed_steps = steps.filter(({ conclusion }) => hasFailed(conclusion)).map((step) => step.name);
	const run_id = run && String(run.id);
	return { name, failed_steps, ...compact({ url: html_url, run_id }), ...stateOf(log) };
}

function stateOf(log: JobLog | undefined): Pick<FailedJob, "log" | "why"> {
	if (log?.kind !== "read") return { log: "none", why: log?.kind === "missing" ? log.why : "GitHub's rate limit" };
	return log.cut === undefined ? { log: "whole" } : { log: "part", why: log.cut };
}

function incompleteness(jobs: readonly FailedJob[], all: number): string | undefined {
	const missing = jobs.filter(({ log }) => log !== "whole");
	const [first] = missing;
	if (first === undefined) return undefined;
	const others = missing.length - 1 + (all - jobs.length);
	const more = others === 0 ? "" : `, and ${others} of ${all} more`;
	const state = first.log === "part" ? "incomplete" : "missing";
	return `the log of job ${oneLine(first.name)} is ${state}: ${first.why}${more}`;
}

/** Job names come from the workflow file's author, so they are untrusted. */
function oneLine(name: string): string {
	return name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 200);
}
