import type { Agent } from "./artefact.ts";

/** One of our agents, by its identity on GitHub. */
export interface OwnAgent {
	/** Its name under `agents:`. */
	readonly name: string;
	/** Login of its GitHub App's bot in lower case: `5dlabs-rex[bot]`. */
	readonly login: string;
	/** The fields of failures that it owns. */
	readonly takes: readonly string[];
	/** Whether it owns what no agent takes. */
	readonly is_default: boolean;
}

/** The agents of a pipeline, with the logins of their GitHub Apps. */
export function ownAgents(
	agents: Readonly<Record<string, Pick<Agent, "github_app" | "takes" | "default">>>,
): readonly OwnAgent[] {
	return Object.entries(agents).map(([name, { github_app, takes = [], default: is_default = false }]) => ({
		name,
		login: `${github_app.toLowerCase()}[bot]`,
		takes,
		is_default,
	}));
}

/** The agent that takes a field, else the default one; undefined without either. */
export function ownerOf(agents: readonly OwnAgent[], field: string): OwnAgent | undefined {
	return agents.find(({ takes }) => takes.includes(field)) ?? agents.find(({ is_default }) => is_default);
}

/** The agent with this login; undefined for any other account, including other `[bot]`s. Ignores case. */
export function ownAgentOf(agents: readonly OwnAgent[], login: string): OwnAgent | undefined {
	const wanted = login.toLowerCase();
	return agents.find((agent) => agent.login === wanted);
}
