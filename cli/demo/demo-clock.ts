import { type Clock, systemClock } from "../../relay/clock.ts";

/** One clock for the relay and the worker of the demo. It stands still while the history is made, and then runs. */
export class DemoClock {
	private ahead: number | undefined;
	private still: number;
	/** The relay's. */
	readonly clock: Clock = { ...systemClock, now: () => this.now() };

	/** ms since 1970. */
	constructor(start: number) {
		this.still = start;
	}

	now(): number {
		return this.ahead === undefined ? this.still : systemClock.now() + this.ahead;
	}

	/** Stands still at this time; the relay's may be so many ms behind. */
	async set(now: number, worker: ClockedWorker, relayBehindMs = 0): Promise<void> {
		this.still = now - relayBehindMs;
		await tell(worker, { now, runs: false });
	}

	/** Runs from this time on. */
	async run(now: number, worker: ClockedWorker): Promise<void> {
		this.ahead = now - systemClock.now();
		await tell(worker, { now, runs: true });
	}
}

export interface ClockedWorker {
	readonly url: string;
	readonly token: string;
}

async function tell({ url, token }: ClockedWorker, time: { readonly now: number; readonly runs: boolean }) {
	const response = await fetch(`${url}/demo/clock`, {
		method: "POST",
		body: JSON.stringify(time),
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
	});
	if (!response.ok) throw new Error(`the demo's worker refused its clock: ${response.status}`);
	await response.body?.cancel();
}
