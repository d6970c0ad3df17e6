import * as z from "zod";
import { journalSize, largeJournal } from "../wire/journal-size.ts";
import { ok, type Result } from "../wire/result.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { countLine, ignoredPage } from "./ignored.ts";
import { incidentPage, type ListedIncident } from "./incidents/incident-answer.ts";
import { incidentTable } from "./incidents.ts";
import { exitWith, type Output } from "./output.ts";
import { visible } from "./table.ts";
import { askFor, askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface StatusOptions extends WorkerOptions {
	readonly json?: boolean;
}

const text = z.string().nullable();

const hubStatus = z.looseObject({
	pipeline: z.string(),
	pipelines: z.array(z.looseObject({ version: z.string(), active: z.boolean(), author: text })),
	paused: z.looseObject({ by: z.string(), reason: text, since: text }).nullable(),
	/** Absent in the answer of an older worker. */
	paused_repositories: z.array(z.looseObject({ repository: z.string(), reason: text, until: text })).optional(),
	paused_agents: z.array(z.looseObject({ agent: z.string(), reason: text, until: text })).optional(),
	not_starting: z.looseObject({ since: z.string() }).nullable(),
	incidents: z.record(z.string(), z.number()),
	refused_signatures: z.number(),
	delivery_queue: z.looseObject({ waiting: z.number().nullable() }).nullable(),
	redelivery: z.looseObject({
		configured: z.boolean(),
		problem: text.optional(),
		pending: z.number().optional(),
		lost: z.number().optional(),
	}),
	last_delivery_at: text,
	/** Absent in the answer of an older worker. */
	journal: z.looseObject({ size_bytes: z.number() }).optional(),
});

type HubStatus = z.infer<typeof hubStatus>;

interface Hub {
	readonly url: string;
	readonly health: string;
	readonly status: HubStatus;
	readonly ignored: z.infer<typeof ignoredPage>["filters"];
	readonly running: readonly ListedIncident[];
	readonly needs_person: readonly ListedIncident[];
}

const SHOWN = 5;

/**
 * `healer status`: the hub on one screen: whether it takes deliveries, what runs, what needs a person, what fails. Exits with 1
 * if it takes no deliveries.
 */
export async function status(options: StatusOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await withWorker(options, "read", env, output, async (worker) => {
		const read = await readHub(worker);
		if (!read.ok) return exitWith(output, read.problem);
		if (options.json) output.line(JSON.stringify(read.value));
		else for (const line of rendered(read.value, output)) output.line(line);
		return read.value.health === "ok" ? EXIT.ok : EXIT.problem;
	});
}

async function readHub(worker: WorkerAccess): Promise<Result<Hub>> {
	const list = (statuses: string) =>
		askFor(worker, `/api/incidents?status=${statuses}&limit=${SHOWN}&with=title`, incidentPage);
	const [health, shown, ignored, running, needing] = await Promise.all([
		// 503 is an answer, too: the hub takes no deliveries.
		askWorker(worker, "/health"),
		askFor(worker, "/api/status", hubStatus),
		askFor(worker, "/api/ignored?limit=1", ignoredPage),
		list("running,awaiting_ci"),
		list("dead,escalated,awaiting_approval"),
	]);
	if (!health.ok) return health;
	if (!shown.ok) return shown;
	if (!ignored.ok) return ignored;
	if (!running.ok) return running;
	if (!needing.ok) return needing;
	return ok({
		url: worker.url,
		health: String(health.value.body.status ?? "unknown"),
		status: shown.value,
		ignored: ignored.value.filters,
		running: running.value.incidents,
		needs_person: needing.value.incidents,
	});
}

function rendered(
	{ url, health, status: hub, ignored, running, needs_person }: Hub,
	output: Output,
): readonly string[] {
	const { paint } = output;
	const count = (...names: readonly string[]) => names.reduce((total, name) => total + (hub.incidents[name] ?? 0), 0);
	const active = hub.pipelines.find((version) => version.active);
	const by =
		active === undefined ? " (deployed)" : active.author === null ? "" : ` (pushed by ${visible(active.author)})`;
	const problems = problemsOf(health, hub);
	return [
		field("hub", `${url} ${health === "ok" ? paint("green", "ok") : paint("red", health)}`),
		field("pipeline", `${hub.pipeline}${by}`),
		field("deliveries", `last at ${hub.last_delivery_at ?? "no time: none arrived"}`),
		...(hub.journal === undefined ? [] : [field("journal", journalSize(hub.journal.size_bytes))]),
		field(
			"queue",
			`${count("accepted", "waiting")} accepted or waiting, ${count("awaiting_merge")} awaiting their merge${rerunning(count("rerunning"))}${grouped(count("grouped"))}`,
		),
		field("ignored", ignored.length === 0 ? "nothing" : visible(countLine(ignored))),
		field("fails", problems.length === 0 ? "nothing" : paint("red", visible(problems.join("; ")))),
		...section(`Running: ${count("running", "awaiting_ci")}`, running, output),
		...section(`Needs a person: ${count("dead", "escalated", "awaiting_approval")}`, needs_person, output),
	];
}

function section(title: string, rows: readonly ListedIncident[], output: Output): readonly string[] {
	return ["", output.paint("bold", title), ...(rows.length === 0 ? [] : incidentTable(rows, output))];
}

function problemsOf(health: string, hub: HubStatus): readonly string[] {
	const {
		paused,
		paused_repositories = [],
		paused_agents = [],
		not_starting,
		delivery_queue,
		redelivery,
		refused_signatures,
	} = hub;
	const waiting = delivery_queue?.waiting ?? 0;
	const large = largeJournal(hub.journal?.size_bytes ?? 0);
	return [
		...(health === "ok" ? [] : ["it takes no deliveries"]),
		...(paused === null ? [] : [`paused by ${paused.by}${paused.reason === null ? "" : `: ${paused.reason}`}`]),
		...paused_repositories.map((one) => `${one.repository} ${howPaused(one)}`),
		...paused_agents.map((one) => `agent ${one.agent} ${howPaused(one)}`),
		...(not_starting === null ? [] : [`no controller starts CodeRuns since ${not_starting.since}`]),
		...(waiting === 0 ? [] : [`${waiting} deliveries wait for the journal`]),
		...((redelivery.lost ?? 0) === 0 ? [] : [`${redelivery.lost} deliveries lost`]),
		...((redelivery.pending ?? 0) === 0 ? [] : [`${redelivery.pending} deliveries to be redelivered`]),
		...(redelivery.problem ? [redelivery.problem] : []),
		...(large === undefined ? [] : [large]),
		...(refused_signatures === 0 ? [] : [`${refused_signatures} requests with a wrong signature`]),
	];
}

function howPaused({ reason, until }: { readonly reason: string | null; readonly until: string | null }): string {
	return `is paused${until === null ? "" : ` until ${until}`}${reason === null ? "" : `: ${reason}`}`;
}

function field(name: string, value: string): string {
	return `${name.padEnd(12)}${value}`;
}

function rerunning(count: number): string {
	return count === 0 ? "" : `, ${count} run again by GitHub`;
}

/** Those that wait for another one's agent are no work of their own. */
function grouped(count: number): string {
	return count === 0 ? "" : `, ${count} grouped with another one`;
}
