import type { Agent } from "./artefact.ts";

/** One of our agents, by its identity on GitHub. */
export interface OwnAgent {
	/** Its name under `agents:`. */
	readonly name: string;
	/** Login of its GitHub App's bot in lower case: `5dlabs-rex[bot]`. */
	readonly login: string;
}

/** The agents of a pipeline, with the logins of their GitHub Apps. */
export function ownAgents(agents: Readonly<Record<string, Pick<Agent, "github_app">>>): readonly OwnAgent[] {
	return Object.entries(agents).map(([name, { github_app }]) => ({ name, login: `${github_app.toLowerCase()}[bot]` }));
}

/** The agent with this login; undefined for any other account, including other `[bot]`s. Ignores case. */
export function ownAgentOf(agents: readonly OwnAgent[], login: string): OwnAgent | undefined {
	const wanted = login.toLowerCase();
	return agents.find((agent) => agent.login === wanted);
}
