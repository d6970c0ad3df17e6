import type { Agent } from "./artefact.ts";

/** One of our agents by its identity on GitHub. */
export interface OwnAgent {
	/** Its name under `agents:`. */
	readonly name: string;
	/** Login of its GitHub App's bot, lower-cased: `5dlabs-rex[bot]`. */
	readonly login: string;
}

/** The agents of a pipeline, by the logins that their GitHub Apps act under. */
export function ownAgents(agents: Readonly<Record<string, Pick<Agent, "github_app">>>): readonly OwnAgent[] {
	return Object.entries(agents).map(([name, { github_app }]) => ({ name, login: `${github_app.toLowerCase()}[bot]` }));
}

/** Which of them acts under this login; a `[bot]` that is none of them is somebody else's (case does not count). */
export function ownAgentOf(agents: readonly OwnAgent[], login: string): OwnAgent | undefined {
	const wanted = login.toLowerCase();
	return agents.find((agent) => agent.login === wanted);
}
