import { setAhead } from "./clock/movable-clock.ts";

/** Whoever has a clock of its own. */
interface Clocked {
	setClock(aheadMs: number): Promise<void>;
}

/**
 * The one wall clock of all stories, their GitHub and their hubs. It moves when every story that runs waits for it, and
 * then to the first time that one of them waits for: nobody's deadline passes while it is busy.
 */
export class StoryClock {
	private readonly hubs: Clocked[] = [];
	private readonly waiting = new Set<{ readonly until: number; readonly resolve: () => void }>();
	private running = 0;
	private ahead = 0;

	/** A hub that starts; its clock is set to everybody's. */
	async add(hub: Clocked): Promise<void> {
		this.hubs.push(hub);
		await hub.setClock(this.ahead);
	}

	async runBeside<T>(story: () => Promise<T>): Promise<T> {
		this.running++;
		try {
			return await story();
		} finally {
			this.running--;
			await this.moveIfAllWait();
		}
	}

	/** Ends when so much time has passed, by this clock; waiting for others counts. */
	async pass(ms: number): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.waiting.add({ until: Date.now() + ms, resolve });
		await this.moveIfAllWait();
		await promise;
	}

	private async moveIfAllWait(): Promise<void> {
		if (this.waiting.size === 0 || this.waiting.size < this.running) return;
		const first = Math.min(...[...this.waiting].map(({ until }) => until));
		this.ahead += Math.max(0, first - Date.now());
		setAhead(this.ahead);
		await Promise.all(this.hubs.map((hub) => hub.setClock(this.ahead)));
		for (const one of this.waiting) {
			if (one.until > Date.now()) continue;
			this.waiting.delete(one);
			one.resolve();
		}
	}
}
