import { isChoice } from "./agent-choice.ts";
import type { Artefact, ExpressionText, Mapping } from "./artefact.ts";

/** The parts of an artefact that have expressions. */
export type Stages = Pick<
	Artefact,
	| "events"
	| "lifecycle"
	| "filters"
	| "dedup"
	| "context"
	| "classify"
	| "route"
	| "rerun"
	| "autonomy"
	| "spawn"
	| "notify"
	| "overrides"
>;

/** Every expression of an artefact, in its order. */
export function expressionsOf({
	events,
	lifecycle,
	filters,
	dedup,
	context,
	classify,
	route,
	rerun = [],
	autonomy = [],
	spawn,
	notify = [],
	overrides = [],
}: Stages): readonly ExpressionText[] {
	return [
		...events.flatMap(({ when, identity, incident }) => [when, identity, ...leaves(incident)]),
		...lifecycle.flatMap(({ when, about: of }) => [when, ...leaves(of)]),
		...filters.map(({ keep }) => keep),
		...dedup.map(({ key }) => key),
		...context.flatMap((request) => [request.when, ...leaves(request.with)]),
		...[...classify, ...route, ...rerun, ...autonomy].map(({ when }) => when),
		...route.map(({ agent }) => agent).filter(isChoice),
		...notify.map(({ where }) => where),
		...overrides.flatMap(({ autonomy = [], rerun = [] }) => [...autonomy, ...rerun].map(({ when }) => when)),
		...[spawn.labels, spawn.annotations, spawn.spec].flatMap(leaves),
	].filter((text) => text !== undefined);
}

function leaves(mapping: Mapping): readonly string[] {
	return Object.values(mapping).flatMap((part) => {
		if (typeof part === "string") return [part];
		if (typeof part !== "object") return [];
		return isList(part) ? [...part] : leaves(part);
	});
}

function isList(part: Mapping | readonly string[]): part is readonly string[] {
	return Array.isArray(part);
}
