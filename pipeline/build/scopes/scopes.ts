import { isLater } from "../../context-rounds.ts";
import type { FUNCTIONS } from "../../expression/functions.ts";
import { incidentFields } from "../../grammar/incident-fields.ts";
import { agent, BRANCH_STRATEGIES, settings } from "../../grammar/pipeline-file.ts";
import { shapeOf, valueName } from "../../grammar/strict-keys.ts";
import { INCIDENT_KINDS } from "../../incident.ts";
import { NOTIFY_EVENTS } from "../../notify-events.ts";
import { payloadFields } from "./payload-fields.ts";
import { type Fields, KnownTexts } from "./shape.ts";
import type { ValidPart } from "./valid-part.ts";
import { byName, each, type ScopeName, type WrittenExpression } from "./written-expressions.ts";

/** The scope of one stage's expressions. */
export interface Visible {
	/** Fields that bare names read. Absent for payloads of internal events, which may have any field. */
	readonly roots?: Fields;
	/** The GitHub event of the payload. */
	readonly payload?: string;
	/** Values by `$name`. */
	readonly variables: Fields;
	/** Facts that functions need but this stage cannot have yet. */
	readonly unknownFacts: ReadonlySet<Needs>;
}

type Needs = NonNullable<(typeof FUNCTIONS)[string]["needs"]>;

/** The scope of an expression in this pipeline, by its stage, and by its event if it maps a payload. */
export function sightOf(file: ValidPart): (written: WrittenExpression) => Visible {
	const scopes = scopesOf(file);
	return ({ scope, path }) => {
		if (scope === "context" && isLater(file.context?.[String(path[1])] ?? {})) return scopes["context, later"];
		if (scope !== "events" && scope !== "lifecycle") return scopes[scope];
		const entry = String(path[1]);
		const payload = file[scope]?.[entry]?.on ?? entry;
		const roots = payloadFields(payload);
		return roots === undefined ? scopes[scope] : { ...scopes[scope], roots, payload };
	};
}

/** The scope of each stage. The parts of `context`, `$settings.vars`, types and categories come from the pipeline. */
export function scopesOf(file: ValidPart): Readonly<Record<ScopeName | "context, later", Visible>> {
	const settings = settingsFields(file);
	const context = Object.fromEntries(Object.keys(file.context ?? {}).map((part) => [part, CONTEXT_PART]));
	const incident: Fields = { ...INCIDENT, event: known(Object.keys(file.events ?? {})) };
	const later: Visible = {
		roots: { ...incident, context },
		variables: { settings },
		unknownFacts: new Set<Needs>(["flaky"]),
	};
	const failure = failureFields(file);
	const agent: Fields = { ...AGENT, name: known(Object.keys(file.agents ?? {})) };
	const payload: Visible = {
		variables: { settings, event: "any", delivery_id: "any" },
		unknownFacts: new Set<Needs>(["log", "changed_files", "failed_steps", "jobs", "workflow", "flaky"]),
	};
	return {
		events: payload,
		lifecycle: payload,
		filters: later,
		dedup: { ...later, variables: { settings, failure, agent, strategy: STRATEGY } },
		context: {
			roots: incident,
			variables: { settings },
			unknownFacts: new Set<Needs>(["log", "changed_files", "flaky"]),
		},
		"context, later": { ...later, variables: { settings, failure } },
		classify: later,
		route: { ...later, variables: { settings, failure } },
		rerun: { ...later, variables: { settings, failure, agent }, unknownFacts: new Set() },
		autonomy: {
			...later,
			variables: { settings, failure, agent, attempt: "any", rule: "any", strategy: STRATEGY },
		},
		notify: {
			roots: incident,
			variables: {
				settings,
				event: new KnownTexts(NOTIFY_EVENTS),
				failure: { type: failure.type },
				agent: { name: known(Object.keys(file.agents ?? {})) },
			},
			unknownFacts: new Set<Needs>(["log", "changed_files", "flaky"]),
		},
		spawn: {
			...later,
			variables: { settings, failure, agent, attempt: "any", prompt: "any", rule: "any", strategy: STRATEGY },
		},
	};
}

/** What the rules give, and what the tools show: there the field is the category, and a file named in an error has a type, too. */
function failureFields(file: ValidPart): { readonly type: KnownTexts; readonly category: KnownTexts } {
	const ruled = each(file.classify).map(([, { type, category }]) => ({ type, category }));
	const shown = each(file.tools).flatMap(([, { field, failures }]) =>
		each(failures).map(([, { type }]) => ({ type, category: field })),
	);
	const named = byName(file.fields).map(([field]) => ({ type: `${field}_source`, category: field }));
	const all = [...ruled, ...shown, ...named];
	const within = new Map(all.flatMap(({ type, category }) => (type && category ? [[type, category] as const] : [])));
	return {
		type: known(all.map(({ type }) => type)),
		category: known(
			all.map(({ category }) => category),
			within,
		),
	};
}

/** If a name is missing or invalid, other names remain possible. */
function known(names: readonly (string | undefined)[], within?: ReadonlyMap<string, string>): KnownTexts {
	const written = names.filter((name) => name !== undefined);
	return new KnownTexts([...new Set(written)], written.length === 0 || written.length < names.length, within);
}

const CONTEXT_PART: Fields = { from: "any", took_ms: "any", status: "any", data: "any", why: "any" };

const STRATEGY: Fields = { name: new KnownTexts(BRANCH_STRATEGIES), branch: "any", target: "any", why: "any" };

const SETTINGS = fieldsOf(settings);

const AGENT: Fields = { name: "any", ...fieldsOf(agent) };

const INCIDENT: Fields = {
	id: "any",
	kind: new KnownTexts(INCIDENT_KINDS),
	event: "any",
	delivery_id: "any",
	branch_state: new KnownTexts(["exists", "tag", "deleted"]),
	...fieldsOf(incidentFields),
};

/** The names in the value of an object's schema. */
function fieldsOf(schema: unknown): Fields {
	return Object.fromEntries(
		Object.entries(shapeOf(schema) ?? {}).map(([key, inner]) => [
			valueName(key, inner),
			shapeOf(inner) === undefined ? "any" : fieldsOf(inner),
		]),
	);
}

function settingsFields(file: ValidPart): Fields {
	const vars = Object.fromEntries(Object.keys(file.settings?.vars ?? {}).map((name) => [name, "any" as const]));
	return { ...SETTINGS, vars };
}
