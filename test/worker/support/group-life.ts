import { env } from "cloudflare:workers";
import { createSources } from "../../../worker/context/create-sources.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine, type Engine } from "../../../worker/engine.ts";
import type { GitHub, GitHubAnswer } from "../../../worker/github/github.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { type ClaimingCluster, claimingCluster, endCodeRun } from "./claiming-cluster.ts";
import type { Payload } from "./failed-job.ts";
import { runTold } from "./push-told.ts";
import { type Stub, stubEffects } from "./stub-effects.ts";

/** The default branch of GitHub's own example repository. */
export const DEFAULT = "main";
const OWN = { repository: "5dlabs/cto", head_repository: "5dlabs/cto" };
export const PERSON = { login: "octocat", type: "User" };
export const REX = { login: "5dlabs-rex[bot]", type: "Bot" };

/** The logs of failures with different causes; all of one agent's. */
export const CAUSES = {
	clamp:
		"error[E0308]: mismatched types\n  --> src/clamp.rs:12:5\n   |\n12 |     value\n   |     ^^^^^ expected `u8`, found `u16`",
	parse:
		"error[E0425]: cannot find value `rest` in this scope\n  --> src/parse.rs:40:9\n   |\n40 |         rest\n   |         ^^^^ not found in this scope",
	render:
		"error[E0599]: no method named `draw` found for struct `Page`\n  --> src/render.rs:7:10\n   |\n7 |     page.draw();\n   |          ^^^^ method not found in `Page`",
} as const;
export type CauseName = keyof typeof CAUSES;

export interface Red {
	readonly run: number;
	readonly branch: string;
	readonly cause: CauseName;
	readonly by?: typeof PERSON;
	/** Its pull request, into the default branch unless told. */
	readonly pr?: number;
	readonly repository?: string;
	/** The run's attempt. */
	readonly attempt?: number;
}

export type World = Stub & {
	readonly cluster: ClaimingCluster;
	readonly shown: Map<number, CauseName>;
	/** The answers of GitHub about compared commits: the status. */
	readonly compared: Map<string, string>;
};

/** The shipped pipeline, a cluster with claims, and a GitHub that has each run's log. `group`: as in pipeline.yaml. */
export async function groupLife(group?: Engine["group"], outcome: Partial<Engine["outcome"]> = {}): Promise<World> {
	const stub = stubEffects();
	const engine = await currentEngine(env, 0, stub.log);
	stub.activeEngine = {
		...engine,
		...(group !== undefined && { group }),
		outcome: { ...engine.outcome, ...outcome },
		// It allows one repository: what grouping sees of another one is `movedTo`.
		decide: (input) => engine.decide({ ...input, incident: { ...input.incident, ...OWN } }),
	};
	// What is delivered carries the present time.
	stub.clock = Date.now();
	const shown = new Map<number, CauseName>();
	const compared = new Map<string, string>();
	const github = gitHub(shown, compared);
	const relay = { env: {}, fetch, now: () => stub.clock, newId: () => "id" };
	const storage = async (input: string | URL | Request) => {
		const cause = shown.get(Number(new URL(String(input)).pathname.slice(1)));
		return new Response(cause === undefined ? "" : CAUSES[cause]);
	};
	const sources = createSources({ github, fetch: storage as typeof fetch, relay });
	stub.status = () => ({ ok: true, status: { state: "gone" } });
	return Object.assign(stub, { github, sources, shown, compared, cluster: claimingCluster(stub) });
}

function gitHub(shown: ReadonlyMap<number, CauseName>, compared: ReadonlyMap<string, string>): GitHub {
	const notFound = { ok: false, failure: { reason: "not_found", detail: "Not Found" } } as GitHubAnswer<never>;
	const ok = (value: unknown): GitHubAnswer<unknown> => ({ ok: true, value, status: 200, headers: {} });
	const asInstallation = async (_of: unknown, route: string, about: Record<string, unknown>) => {
		if (/runs\/\{run_id\}.*\/jobs$/.test(route)) {
			const run_id = Number(about.run_id);
			// A job has its run's number.
			const job = { id: run_id, name: "build", conclusion: "failure" };
			return ok({
				jobs: shown.has(run_id) ? [{ ...job, steps: [{ name: "cargo build", conclusion: "failure" }] }] : [],
			});
		}
		if (route === "GET /repos/{owner}/{repo}/branches/{branch}") return ok({ name: about.branch });
		if (route === "GET /repos/{owner}/{repo}/pulls/{pull_number}") {
			const base = { ref: DEFAULT, sha: "b".repeat(40) };
			const head = { ref: "any", sha: "c".repeat(40), repo: { full_name: "5dlabs/cto" } };
			return ok({ number: about.pull_number, title: "t", state: "open", merge_commit_sha: "f".repeat(40), base, head });
		}
		if (route === "GET /repos/{owner}/{repo}/compare/{basehead}") {
			const status = compared.get(String(about.basehead));
			return status === undefined ? notFound : ok({ status });
		}
		return notFound;
	};
	const redirectOf = async (_of: unknown, _route: string, { job_id }: { readonly job_id: number }) =>
		ok(`https://storage.test/${job_id}`);
	return { asInstallation, redirectOf, web_url: "https://github.com" } as unknown as GitHub;
}

let deliveries = 0;

/** A run ends red, as GitHub delivers it. The incident that it opened or belongs to. */
export async function red(world: World, of: Red): Promise<string> {
	world.shown.set(of.run, of.cause);
	const id = (await told(world, of, "failure")) ?? "";
	if (of.repository !== undefined) await movedTo(world, id, of.repository);
	return id;
}

export async function green(world: World, of: Omit<Red, "cause">): Promise<void> {
	await told(world, of, "success");
}

/** As if another repository had sent it. */
async function movedTo(world: World, id: string, repository: string): Promise<void> {
	await world.journal
		.prepare(
			`UPDATE incidents SET repository = ?2,
				incident = json_set(incident, '$.repository', ?2, '$.head_repository', ?2) WHERE id = ?1`,
		)
		.bind(id, repository)
		.run();
}

async function told(
	world: World,
	{ run, branch, by = PERSON, pr, attempt = 1 }: Omit<Red, "cause">,
	conclusion: "success" | "failure",
): Promise<string | undefined> {
	const payload = runTold({ run_id: run, branch, by, conclusion, attempt }) as Payload;
	const repo = { id: payload.repository?.id };
	const pull = { number: pr, head: { ref: branch, repo }, base: { ref: DEFAULT, repo } };
	const pull_requests = pr === undefined ? [] : [pull];
	const workflow_run = { ...payload.workflow_run, pull_requests };
	world.begin();
	const delivery = {
		...{ event: "workflow_run", delivery_id: `group-${++deliveries}` },
		payload: { ...payload, workflow_run },
	};
	const accepted = await acceptDelivery(world, delivery, "github", world.log);
	return "incident_id" in accepted ? (accepted.incident_id ?? undefined) : undefined;
}

/** Time passes, with the cron's sweeps. */
export async function minutes(world: World, count: number): Promise<void> {
	for (let minute = 0; minute < count; minute++) {
		world.begin();
		await sweepDue(world);
		await sweepOverdue(world);
		world.clock += 60_000;
	}
}

/** The newest CodeRun of an incident ends. */
export async function agentEnds(world: World, id: string, phase = "Succeeded"): Promise<void> {
	await endCodeRun(
		world,
		world.cluster.made.findLast(({ incident_id }) => incident_id === id),
		phase,
	);
}

/** Each incident's branch and status; of a member with its leader's branch. */
export async function standings(world: World): Promise<Record<string, string>> {
	const { results } = await world.journal
		.prepare(
			`SELECT i.branch || ' ' || coalesce(i.run_id, '') AS what, i.status || coalesce(' with ' || led.branch, '') AS standing
			FROM incidents i LEFT JOIN incidents led ON led.id = i.leader_id ORDER BY i.created_at, i.id`,
		)
		.all<{ what: string; standing: string }>();
	return Object.fromEntries(results.map(({ what, standing }) => [what, standing]));
}

/** The branches for which CodeRuns were made, in order. */
export async function agentsOn(world: World): Promise<readonly string[]> {
	const { results } = await world.journal
		.prepare("SELECT id, branch FROM incidents")
		.all<{ id: string; branch: string | null }>();
	const branches = new Map(results.map(({ id, branch }) => [id, branch]));
	return world.cluster.made.map(({ incident_id }) => branches.get(incident_id) ?? "none");
}

/** The fix of an incident is a pull request that somebody merged, a moment before now. */
export async function merged(world: World, id: string, number: number): Promise<void> {
	await world.journal.batch([
		world.journal.prepare("UPDATE attempts SET pull_request = ?2 WHERE incident_id = ?1").bind(id, number),
		world.journal
			.prepare(
				`INSERT INTO pull_requests (repository, number, branch, state, closed_at, ended_at)
				SELECT repository, ?2, 'fix', 'merged', ?3, ?3 FROM incidents WHERE id = ?1`,
			)
			.bind(id, number, world.clock),
	]);
}

export async function clearJournal(): Promise<void> {
	const tables = [
		"transitions",
		"attempts",
		"deliveries",
		"facts",
		"checks",
		"pull_requests",
		"status_comments",
		"observations",
		"flakes",
	];
	await env.JOURNAL.batch(
		[...tables, "notification_events", "incidents"].map((table) => env.JOURNAL.prepare(`DELETE FROM ${table}`)),
	);
}
