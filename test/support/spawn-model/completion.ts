import { createHash } from "node:crypto";
import { refuseUnlessThere } from "../../../relay/spawn/refuse-unless-there.ts";
import { spawn } from "../../../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { type Book, Fault, isPolicyRefusal, POLICY, type Rules } from "./bookkeeping.ts";
import { EPOCH } from "./call-tree.ts";
import { type ApplyOperation, finishCodeRun, type ModelCluster, unfinishedOf } from "./model-cluster.ts";
import { clusterAsking } from "./operation.ts";
import { isForGood } from "./successors.ts";
import type { World } from "./world.ts";

const ROUNDS = 12;
const BETWEEN_ROUNDS_MS = 300_000;

/**
 * Throws a Fault when the worker's retries would not complete after all relays were killed in this state. Complete
 * means: every request has a final answer within an hour of retries, in which CodeRuns end, and each incident had its
 * CodeRun.
 */
export function completion(
	repeats: (world: World) => readonly Repeat[],
	rules: Rules,
	apply: ApplyOperation,
): (world: World) => Promise<void> {
	const completed = new Set<string>();
	return async (world) => {
		const key = contentOf(world);
		if (completed.has(key)) return;
		completed.add(key);
		await repeatAll(repeats(world), rules, apply, world);
	};
}

/** A request that is retried until its final answer. */
export interface Repeat {
	readonly request: SpawnRequest;
	readonly isAllowed: boolean;
	/** The request of the new decision after policy refused this one. */
	readonly decidedAgain?: SpawnRequest;
}

async function repeatAll(
	requests: readonly Repeat[],
	rules: Rules,
	apply: ApplyOperation,
	world: World,
): Promise<void> {
	let { at, cluster }: { at: number; cluster: ModelCluster } = world;
	let book: Book = world;
	let writes = 0;
	const clock = {
		now: () => EPOCH + at,
		monotonic: () => at,
		sleep: async (ms: number) => {
			at += ms;
		},
	};
	/** The follow-up requests, if any. */
	const call = async (repeat: Repeat): Promise<readonly Repeat[]> => {
		const { request, isAllowed, decidedAgain } = repeat;
		const began = book.reported;
		const asked = clusterAsking(async (operation) => {
			const effect = apply(cluster, operation, `repeat ${++writes}`);
			cluster = effect.cluster;
			if (effect.created !== undefined) book = rules.onCreated(book, cluster, effect.created, began);
			return effect.answer as never;
		});
		const spawning = { request, digest: digestOf(request), cluster: asked, clock, enforceMaxActive: true };
		const answer = isAllowed ? await spawn(spawning) : await refuseUnlessThere(spawning, POLICY);
		book = rules.onAnswered(book, cluster, answer, request);
		if (!isForGood(answer)) return [repeat];
		const isNext = decidedAgain !== undefined && isPolicyRefusal(answer);
		return isNext ? [{ request: decidedAgain, isAllowed: true }] : [];
	};
	let open = [...requests];
	for (let round = 0; open.length > 0; round++) {
		if (round === ROUNDS)
			throw new Fault(`no final answer: ${open.map(({ request }) => request.coderun.metadata.name)}`);
		const left: Repeat[] = [];
		for (const repeat of open) left.push(...(await call(repeat)));
		open = left;
		at += BETWEEN_ROUNDS_MS;
		for (const { name } of unfinishedOf(cluster)) cluster = finishCodeRun(cluster, name);
	}
	const lost = rules.neverMade(book);
	if (lost.length > 0) throw new Fault(`no CodeRun was ever created for ${lost}`);
}

/** What retries depend on: neither the time itself nor the names of versions. */
function contentOf({ at, cluster, actors, made, reported, again }: World): string {
	const claims = [...cluster.claims.values()].map(({ value: { record } }) =>
		[
			record.key,
			record.holder,
			record.attempt,
			record.digest,
			record.taken_at - at,
			record.quiet_at - at,
			record.seen,
		].join(),
	);
	const coderuns = [...cluster.coderuns.values()].map(({ id }) => id);
	const refused = actors.map((actor) => actor.refused ?? "").join();
	return `${made} ${reported} ${again} ${refused} ${coderuns.sort()} ${claims.sort().join(" ")}`;
}

export function digestOf(request: SpawnRequest): string {
	return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}
