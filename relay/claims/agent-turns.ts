import type { Clock } from "../clock.ts";

/** Ends a turn: the next one begins. */
type EndTurn = () => void;

/** Turns of this relay's calls for one agent, first come, first served. */
export interface AgentTurns {
	/** Resolves when the turn comes; undefined if it does not within that time. */
	take(agent: string, withinMs: number): Promise<EndTurn | undefined>;
}

export function agentTurns(clock: Pick<Clock, "sleep">): AgentTurns {
	/** Those who wait, for each agent whose turn somebody has. */
	const waiting = new Map<string, (() => void)[]>();
	const end = (agent: string) => {
		const next = waiting.get(agent)?.shift();
		if (next === undefined) waiting.delete(agent);
		else next();
	};
	return {
		async take(agent, withinMs) {
			const queue = waiting.get(agent);
			if (queue === undefined) waiting.set(agent, []);
			else if (!(await isReached(queue, clock.sleep(withinMs)))) return undefined;
			return () => end(agent);
		},
	};
}

function isReached(queue: (() => void)[], timeout: Promise<void>): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const begin = () => resolve(true);
	queue.push(begin);
	void timeout.then(() => {
		const at = queue.indexOf(begin);
		// Leave the queue in the same step: a turn that nobody takes would never end.
		if (at !== -1) queue.splice(at, 1);
		resolve(false);
	});
	return promise;
}
