import { StoryHub } from "./story-hub.ts";

/** One hub for each policy, started when its first story needs it. */
export class StoryHubs {
	private readonly started = new Map<string, Promise<StoryHub>>();

	of(policy: string): Promise<StoryHub> {
		const known = this.started.get(policy);
		if (known !== undefined) return known;
		const starting = StoryHub.start(policy);
		this.started.set(policy, starting);
		return starting;
	}

	async stop(): Promise<void> {
		for (const starting of this.started.values()) await (await starting).stop();
	}
}
