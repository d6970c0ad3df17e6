import { StoryClock } from "./story-clock.ts";
import { StoryHub } from "./story-hub.ts";

/** One hub for each policy, started when its first story needs it, and the clock of them all. */
export class StoryHubs {
	readonly clock = new StoryClock();
	private readonly started = new Map<string, Promise<StoryHub>>();

	of(policy: string): Promise<StoryHub> {
		const known = this.started.get(policy);
		if (known !== undefined) return known;
		const starting = this.start(policy);
		this.started.set(policy, starting);
		return starting;
	}

	private async start(policy: string): Promise<StoryHub> {
		const hub = await StoryHub.start(policy);
		await this.clock.add(hub);
		return hub;
	}

	async stop(): Promise<void> {
		for (const starting of this.started.values()) await (await starting).stop();
	}
}
