import type { SpawnAnswer } from "../../../relay/claims/spawn-call.ts";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { type ModelCluster, unfinishedOf } from "./model-cluster.ts";

/** What was created so far, and what answers reported. Bit N stands for the CodeRun of request N's name. */
export interface Book {
	readonly made: number;
	readonly reported: number;
	/** Created again after a manual deletion. */
	readonly again: number;
}

/** A state that must be unreachable. */
export class Fault extends Error {}

export interface Rules {
	/** The book after a CodeRun was created by a call that began when `began` was reported; throws a Fault. */
	onCreated(book: Book, cluster: ModelCluster, name: string, began: number): Book;
	/** The book after a call began that will refuse, unless the CodeRun exists or may still appear. */
	onAskedToRefuse(book: Book, cluster: ModelCluster, request: SpawnRequest): Book;
	onAnswered(book: Book, cluster: ModelCluster, answer: SpawnAnswer, request: SpawnRequest): Book;
	/** Incidents that never had a CodeRun. */
	neverMade(book: Book): readonly string[];
}

/**
 * The complete rules. One incident and attempt ever creates only one name. The same name is created again only after a
 * manual deletion, and only by a call that began before any answer reported the first: nobody had seen it yet. No two
 * CodeRuns that share a key are unfinished at a time. Nor are two of one agent (all allow one at a time), except for
 * one created again in that way: the agent's slot was released when the first one was there to be counted. No answer
 * reports a CodeRun that was never created. What policy refuses does not exist, and is not created afterwards by any
 * call that held the incident's claim when the refusing call began; a call that begins later meets the next attempt's
 * claim.
 */
export function rulesFor(requests: readonly SpawnRequest[]): Rules {
	const names = [...new Set(requests.map(({ coderun }) => coderun.metadata.name))];
	const bit = (name: string) => 1 << names.indexOf(name);
	const refusedBit = (name: string) => bit(name) << names.length;
	const claimedBit = (name: string) => refusedBit(name) << names.length;
	const requestsOf = (name: string) => requests.filter(({ coderun }) => coderun.metadata.name === name);
	const related = (one: string, other: string, relates: (a: SpawnRequest, b: SpawnRequest) => boolean) =>
		one !== other && requestsOf(one).some((a) => requestsOf(other).some((b) => relates(a, b)));
	const twins = new Map(names.map((name) => [name, namesWhere(name, isSameAttempt)]));
	const onOneKey = new Map(names.map((name) => [name, namesWhere(name, sharesKey)]));
	const ofOneAgent = new Map(names.map((name) => [name, namesWhere(name, (a, b) => a.agent === b.agent)]));

	function namesWhere(name: string, relates: (a: SpawnRequest, b: SpawnRequest) => boolean): readonly string[] {
		return names.filter((other) => related(name, other, relates));
	}
	return {
		onAskedToRefuse(book, { claims }, { incident_id, attempt, coderun }) {
			const records = [...claims.values()].map(({ value }) => value.record);
			const isClaimed = records.some((record) => record.key === incident_id && record.attempt === attempt);
			return isClaimed ? { ...book, reported: book.reported | claimedBit(coderun.metadata.name) } : book;
		},
		onCreated(book, cluster, name, began) {
			if (twins.get(name)?.some((twin) => book.made & bit(twin))) throw new Fault("two names for one attempt");
			if (book.reported & refusedBit(name) && book.reported & claimedBit(name))
				throw new Fault("created after it was refused");
			if (book.made & bit(name) & began)
				throw new Fault("created again by a call that began after an answer reported it");
			const again = book.again | (book.made & bit(name));
			const active = new Set(unfinishedOf(cluster).map((coderun) => coderun.name));
			const rivals = (of: typeof onOneKey) => (of.get(name) ?? []).filter((rival) => active.has(rival));
			if (rivals(onOneKey).length > 0) throw new Fault("two unfinished under one key");
			const counted = again & bit(name) ? [] : rivals(ofOneAgent).filter((rival) => !(again & bit(rival)));
			if (counted.length > 0) throw new Fault("two unfinished of one agent");
			return { ...book, made: book.made | bit(name), again };
		},
		onAnswered(book, cluster, answer, request) {
			if (answer.kind !== "result") return book;
			const { result } = answer;
			if (isPolicyRefusal(answer)) {
				const { name } = request.coderun.metadata;
				if (book.reported & claimedBit(name) && cluster.coderuns.has(name))
					throw new Fault("refused although it exists");
				return { ...book, reported: book.reported | refusedBit(name) };
			}
			if (result.result !== "created" && result.result !== "exists") return book;
			if (!(book.made & bit(result.coderun_name))) throw new Fault("reported one that was never created");
			return { ...book, reported: book.reported | bit(result.coderun_name) };
		},
		neverMade(book) {
			const made = new Set(
				names
					.filter((name) => book.made & bit(name))
					.flatMap(requestsOf)
					.map(idOf),
			);
			return [...new Set(requests.map(idOf))].filter((id) => !made.has(id));
		},
	};
}

/** The refusal that leads to a new decision. */
export function isPolicyRefusal(answer: SpawnAnswer): boolean {
	return answer.kind === "result" && answer.result.result === "refused" && answer.result.reason === POLICY.reason;
}

/** A newer policy's refusal of a request. */
export const POLICY = { reason: "github_app_not_allowed", detail: "5DLabs-Rex" } as const;

function idOf({ incident_id }: SpawnRequest): string {
	return incident_id;
}

function isSameAttempt(a: SpawnRequest, b: SpawnRequest): boolean {
	return a.incident_id === b.incident_id && a.attempt === b.attempt;
}

function sharesKey(a: SpawnRequest, b: SpawnRequest): boolean {
	return a.claims.some(({ key }) => b.claims.some((claim) => claim.key === key));
}
