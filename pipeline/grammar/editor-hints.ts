import { GITHUB_EVENTS } from "../github-events.ts";

/** A JSON Schema (draft 2020-12), reduced to the keywords used in this folder. */
export interface JsonSchema {
	readonly [keyword: string]: unknown;
}

/** The agents of the pipeline that ships: a JSON Schema cannot know the user's own. */
export const SHIPPED_AGENTS = ["rex", "blaze", "bolt", "cipher", "atlas"] as const;

/** Adds names that editors complete and that the grammar leaves open; every other valid name stays allowed. */
export function withEditorHints(root: JsonSchema): JsonSchema {
	const hinted = edited(root, ["properties"], ({ events, lifecycle, route, outcome, ...others }) => ({
		...others,
		events: withEventNames(events, "event"),
		lifecycle: withEventNames(lifecycle, "lifecycle_event"),
		route: edited(asSchema(route), ["items", "properties", "agent"], (agent) => suggesting(agent, SHIPPED_AGENTS)),
		outcome: edited(asSchema(outcome), ["properties", "escalate", "items"], (agent) =>
			suggesting(agent, [...SHIPPED_AGENTS, "human"]),
		),
	}));
	// The order of the keys is that of the grammar.
	const names = Object.keys(asSchema(root.properties));
	const properties = Object.fromEntries(names.map((name) => [name, asSchema(hinted.properties)[name]]));
	const $defs = {
		event: entryOf(root, "events"),
		lifecycle_event: entryOf(root, "lifecycle"),
		...asSchema(root.$defs),
	};
	return { ...hinted, properties, $defs };
}

/** GitHub's events as known keys, each an entry like any other; editors complete keys from `properties` only. */
function withEventNames(entries: unknown, definition: string): JsonSchema {
	const $ref = `#/$defs/${definition}`;
	const known = GITHUB_EVENTS.map((event) => [event, { $ref, description: `GitHub's event \`${event}\`.` }]);
	return { ...asSchema(entries), properties: Object.fromEntries(known), additionalProperties: { $ref } };
}

function entryOf(root: JsonSchema, stage: string): JsonSchema {
	const entry = asSchema(asSchema(asSchema(root.properties)[stage]).additionalProperties);
	return edited(entry, ["properties", "on"], (on) => suggesting(on, GITHUB_EVENTS));
}

/** One of these names, or whatever the grammar allows. */
function suggesting({ description, ...allowed }: JsonSchema, names: readonly string[]): JsonSchema {
	return { description, anyOf: [{ enum: names }, allowed] };
}

/** The schema with the part at the path replaced. */
function edited(schema: JsonSchema, path: readonly string[], edit: (part: JsonSchema) => JsonSchema): JsonSchema {
	const [step, ...rest] = path;
	return step === undefined ? edit(schema) : { ...schema, [step]: edited(asSchema(schema[step]), rest, edit) };
}

function asSchema(part: unknown): JsonSchema {
	return typeof part === "object" && part !== null ? (part as JsonSchema) : {};
}
