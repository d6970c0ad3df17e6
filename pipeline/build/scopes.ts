import type { FUNCTIONS } from "../expression/functions.ts";
import { incidentFields } from "./incident-fields.ts";
import type { Remains } from "./remains.ts";

/** The stages whose expressions see different things. */
export type ScopeName = "events" | "filters" | "dedup" | "context" | "classify" | "route" | "spawn";

/** What the expressions of one stage see. */
export interface Visible {
	/** Fields of what bare names read, with the fields of each (empty where any may follow); absent for a payload. */
	readonly roots?: Fields;
	/** Values by `$name`, with their fields likewise. */
	readonly variables: Fields;
	/** Facts that functions ask for and that this stage cannot have yet. */
	readonly unknownFacts: ReadonlySet<Needs>;
}

export interface Fields {
	readonly [name: string]: Fields | "any";
}
type Needs = NonNullable<(typeof FUNCTIONS)[string]["needs"]>;

/** What each stage sees in this pipeline: the parts of `context` and `$settings.vars` are its own. */
export function scopesOf(file: Remains): Readonly<Record<ScopeName, Visible>> {
	const settings = settingsFields(file);
	const context = Object.fromEntries(Object.keys(file.context ?? {}).map((part) => [part, CONTEXT_PART]));
	const later: Visible = { roots: { ...INCIDENT, context }, variables: { settings }, unknownFacts: new Set() };
	const failure: Fields = { type: "any", category: "any" };
	return {
		events: {
			variables: { settings, event: "any", delivery_id: "any" },
			unknownFacts: new Set<Needs>(["log", "changed_files", "failed_steps", "jobs", "workflow"]),
		},
		filters: later,
		dedup: { ...later, variables: { settings, failure, agent: AGENT } },
		context: {
			roots: INCIDENT,
			variables: { settings },
			unknownFacts: new Set<Needs>(["log", "changed_files"]),
		},
		classify: later,
		route: { ...later, variables: { settings, failure } },
		spawn: {
			...later,
			variables: { settings, failure, agent: AGENT, attempt: "any", prompt: "any", rule: "any" },
		},
	};
}

const CONTEXT_PART: Fields = { from: "any", took_ms: "any", status: "any", data: "any", why: "any" };

const AGENT: Fields = {
	name: "any",
	github_app: "any",
	cli: "any",
	model: "any",
	prompt: "any",
	max_active: "any",
	tools: { local: "any", remote: "any" },
};

const INCIDENT: Fields = {
	id: "any",
	kind: "any",
	event: "any",
	delivery_id: "any",
	...fieldsOf(incidentFields.shape),
};

function fieldsOf(shape: object): Fields {
	return Object.fromEntries(
		Object.entries(shape).map(([name, schema]: [string, { unwrap(): { shape?: object } }]) => {
			const inner = schema.unwrap().shape;
			return [name, inner ? fieldsOf(inner) : "any"];
		}),
	);
}

/** As `pipeline/artefact.ts` has them. */
function settingsFields(file: Remains): Fields {
	const vars = Object.fromEntries(Object.keys(file.settings?.vars ?? {}).map((name) => [name, "any" as const]));
	return { repositories: "any", process_bot_commits: "any", skip_markers: "any", settle_s: "any", vars };
}
