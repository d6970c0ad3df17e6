import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Result } from "../wire/result.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { SHORT_ID } from "./incidents/incident-answer.ts";
import { exitWith, type Output } from "./output.ts";
import { visible } from "./table.ts";
import { askFor, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface TailOptions extends WorkerOptions {
	/** How many of the latest changes to begin with. */
	readonly lines: number;
	readonly json?: boolean;
}

const text = z.string().nullable();

const changePage = z.object({
	changes: z.array(
		z.looseObject({
			at: z.string(),
			incident_id: z.string(),
			attempt: z.number(),
			event: z.string(),
			to: text,
			reason: text,
			repository: z.string(),
			branch: text,
			agent: text,
		}),
	),
	last: z.string(),
});

type Change = z.infer<typeof changePage>["changes"][number];

const EVERY_MS = 2_000;
/** The most that the worker gives at once. */
const MOST = 200;

/** Waits that long, or until the signal aborts. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const waitOnClock: Wait = async (ms, signal) => {
	await sleep(ms, undefined, { signal }).catch(() => undefined);
};

/**
 * `healer tail`: shows what happens to incidents, until Ctrl-C. While the worker does not answer it asks again; nothing that
 * happened meanwhile is left out.
 */
export async function tail(
	options: TailOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
	signal: AbortSignal,
	wait: Wait = waitOnClock,
): Promise<ExitCode> {
	return await withWorker(options, "read", env, output, async (worker) => {
		const first = await readChanges(worker, `limit=${Math.min(MOST, options.lines)}`);
		if (!first.ok) return exitWith(output, first.problem);
		show(first.value.changes, options, output);
		let { last } = first.value;
		let isAway = false;
		while (!signal.aborted) {
			await wait(EVERY_MS, signal);
			if (signal.aborted) break;
			const read = await readChanges(worker, `limit=${MOST}&after=${last}`);
			if (!read.ok) {
				if (!isAway) output.problem(`${read.problem} Asking again every ${EVERY_MS / 1000} s.`);
				isAway = true;
				continue;
			}
			if (isAway) output.problem(`${worker.url} answers again.`);
			isAway = false;
			show(read.value.changes, options, output);
			({ last } = read.value);
		}
		return EXIT.ok;
	});
}

async function readChanges(worker: WorkerAccess, query: string): Promise<Result<z.infer<typeof changePage>>> {
	return await askFor(worker, `/api/changes?${query}`, changePage);
}

function show(changes: readonly Change[], { json }: TailOptions, output: Output): void {
	for (const change of changes) output.line(json ? JSON.stringify(change) : lineOf(change, output));
}

function lineOf({ at, incident_id, attempt, event, to, reason, repository, branch, agent }: Change, { paint }: Output) {
	const where = [repository, branch].filter(Boolean).join(" · ");
	const who = agent === null ? "" : ` ${agent}, attempt ${attempt}`;
	const state = to === null ? `${event} (refused)` : event === to ? event : `${event} → ${to}`;
	const why = reason === null ? "" : `: ${reason}`;
	return `${paint("dim", at)}  ${incident_id.slice(0, SHORT_ID)}  ${visible(`${state}${who}  ${where}${why}`)}`;
}
