import { isChoice } from "../../agent-choice.ts";
import { GITHUB_EVENTS } from "../../github-events.ts";
import { withoutFolder } from "../../grammar/file-leaves.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each } from "../scopes/written-expressions.ts";
import { type Diagnostic, promptFile } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { didYouMean, nearest } from "./did-you-mean.ts";

const HUMAN = "human";

/**
 * Names that resolve to nothing: agents, prompts, GitHub's events. `templates` are the existing prompts, without
 * partials.
 */
export function nameDiagnostics(
	source: YamlSource,
	file: ValidPart,
	templates: readonly string[],
): readonly Diagnostic[] {
	return [
		...agentDiagnostics(source, file),
		...promptDiagnostics(source, file, templates),
		...escalationDiagnostics(source, file),
		...eventDiagnostics(source, file),
		...lifecycleDiagnostics(source, file),
	];
}

/** The templates that agents use, with typos resolved; undefined when unknown because an agent's prompt is invalid. */
export function usedPrompts(file: ValidPart, templates: readonly string[]): readonly string[] | undefined {
	const prompts = byName(file.agents)
		.map(([, { prompt }]) => prompt && withoutFolder(prompt))
		.map((prompt) => prompt && (nearest(prompt, templates) ?? prompt));
	const known = prompts.filter((prompt) => prompt !== undefined);
	return known.length > 0 && known.length === prompts.length ? known : undefined;
}

function agentDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const agents = Object.keys(file.agents ?? {});
	const human = agents.includes(HUMAN)
		? [source.atKey(["agents", HUMAN], "`human` is reserved for the end of the escalation. Rename the agent.")]
		: [];
	const none = file.agents && agents.length === 0 ? [source.at(["agents"], "There is no agent. Add one.")] : [];
	const unknown = each(file.route).flatMap(([index, { agent }]) =>
		agent === undefined || isChoice(agent) || agents.includes(agent)
			? []
			: [source.at(["route", index, "agent"], `There is no agent \`${agent}\`.${didYouMean(agent, agents)}`, agents)],
	);
	return [...human, ...none, ...unknown];
}

function promptDiagnostics(source: YamlSource, file: ValidPart, templates: readonly string[]): readonly Diagnostic[] {
	return byName(file.agents).flatMap(([name, { prompt: written }]) => {
		const prompt = written && withoutFolder(written);
		if (prompt === undefined || templates.includes(prompt)) {
			return [];
		}
		const message = `There is no \`${promptFile(prompt)}\`.${didYouMean(prompt, templates) || " Write it, or use an existing one."}`;
		return [source.at(["agents", name, "prompt"], message, templates)];
	});
}

function escalationDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const allowed = [...Object.keys(file.agents ?? {}), HUMAN];
	const chain = each(file.outcome?.escalate);
	return chain.flatMap(([index, name]) => {
		const path = ["outcome", "escalate", index];
		if (!allowed.includes(name)) {
			return [source.at(path, `There is no agent \`${name}\`.${didYouMean(name, allowed)}`, allowed)];
		}
		const last = index === (file.outcome?.escalate?.length ?? 0) - 1;
		return name === HUMAN && !last ? [source.at(path, "Nobody comes after `human`. Put it last.")] : [];
	});
}

function eventDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return byName(file.events).flatMap(([key, { on, identity, kind }]) => {
		const event = on ?? key;
		const path = on === undefined ? ["events", key] : ["events", key, "on"];
		if (GITHUB_EVENTS.includes(event)) {
			const message = `\`${event}\` comes from GitHub, several times for one failure: it needs an \`identity\`. Add it, by \`$key(...)\`.`;
			return identity === undefined && kind !== undefined ? [source.at(["events", key, "identity"], message)] : [];
		}
		return unknownEvent(source, path, on, event);
	});
}

function lifecycleDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return byName(file.lifecycle).flatMap(([key, { on }]) => {
		const event = on ?? key;
		const path = on === undefined ? ["lifecycle", key] : ["lifecycle", key, "on"];
		return GITHUB_EVENTS.includes(event) ? [] : unknownEvent(source, path, on, event);
	});
}

/** An event that GitHub does not send is an internal one, unless its name looks like one of GitHub's. */
function unknownEvent(
	source: YamlSource,
	path: readonly string[],
	on: string | undefined,
	event: string,
): readonly Diagnostic[] {
	const near = nearest(event, GITHUB_EVENTS);
	if (near === undefined || near.length < 5) return [];
	const message = `GitHub has no event \`${event}\`. Did you mean \`${near}\`? An internal event needs a name less like one of GitHub's.`;
	return [on === undefined ? source.atKey(path, message) : source.at(path, message)];
}
