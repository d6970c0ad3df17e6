import type { IncidentRow } from "./incidents.ts";
import { compareInQueue, lastTurnFor, type QueuePlace } from "./queue-order.ts";

/** An incident that waits, and when its repository last had its turn. */
export interface InLine extends QueuePlace {
	readonly last_turn: number;
}

/** The place of an incident among those that wait for the same thing. */
export interface PlaceInLine {
	/** 1: it is next. */
	readonly place: number;
	readonly waiting: number;
	/** How many of each repository go before it, those with most first. */
	readonly before: readonly { readonly repository: string; readonly count: number }[];
}

// A longer line is reported as far as it goes.
const MOST = 1000;

/** Undefined unless it waits for something that others may wait for, too. */
export async function placeInLine(
	db: D1Database,
	{ id, status, blocked_on, paused }: Pick<IncidentRow, "id" | "status" | "blocked_on" | "paused">,
): Promise<PlaceInLine | undefined> {
	if (status !== "waiting" || blocked_on === null || paused === 1) return undefined;
	const { results } = await db
		.prepare(
			`SELECT id, repository, queue_rank, created_at, ${lastTurnFor("incidents", "?1")} AS last_turn FROM incidents
			WHERE blocked_on = ?1 AND status = 'waiting' AND paused = 0 ORDER BY queue_rank, created_at, id LIMIT ?2`,
		)
		.bind(blocked_on, MOST)
		.all<InLine>();
	const line = inTurns(results);
	const at = line.findIndex((one) => one.id === id);
	if (at === -1) return undefined;
	const before = Map.groupBy(line.slice(0, at), ({ repository }) => repository.toLowerCase());
	const counts = [...before.values()].map((of) => ({ repository: of[0]?.repository ?? "", count: of.length }));
	return {
		place: at + 1,
		waiting: line.length,
		before: counts.toSorted((one, other) => other.count - one.count),
	};
}

/** In the order in which they go, if nothing else comes: by rank, then in turns of the repositories, then oldest first. */
export function inTurns<Row extends InLine>(rows: readonly Row[]): readonly Row[] {
	const lines = Map.groupBy(rows.toSorted(compareInQueue), ({ queue_rank, repository }) =>
		JSON.stringify([queue_rank, repository.toLowerCase()]),
	);
	const left = [...lines.values()].map((line) => line.values());
	const turns = new Map(rows.map(({ repository, last_turn }) => [repository.toLowerCase(), last_turn]));
	const turnOf = ({ repository }: Row) => turns.get(repository.toLowerCase()) ?? 0;
	const heads = new Map(left.flatMap((line) => nextOf(line)));
	const ordered: Row[] = [];
	for (let turn = Math.max(0, ...turns.values()) + 1; heads.size > 0; turn++) {
		const [first] = [...heads].toSorted(
			([, one], [, other]) =>
				one.queue_rank - other.queue_rank || turnOf(one) - turnOf(other) || compareInQueue(one, other),
		);
		if (first === undefined) break;
		const [line, row] = first;
		ordered.push(row);
		turns.set(row.repository.toLowerCase(), turn);
		heads.delete(line);
		for (const [same, next] of nextOf(line)) heads.set(same, next);
	}
	return ordered;
}

function nextOf<Row>(line: ArrayIterator<Row>): readonly (readonly [ArrayIterator<Row>, Row])[] {
	const { done, value } = line.next();
	return done ? [] : [[line, value]];
}
