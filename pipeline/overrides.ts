import type { Artefact, OwnLimits } from "./artefact.ts";
import { matchesGlob } from "./expression/glob.ts";

type Overrides = NonNullable<Artefact["overrides"]>;
type Stage = "settings" | "agents" | "outcome" | "limits" | "group" | "rerun";

/** The stages of a policy that may differ by repository. An older artefact has no overrides. */
type PolicyOf<Key extends Exclude<Stage, "limits">> = Pick<Artefact, Key> & {
	readonly overrides?: Overrides | undefined;
};

/** The settings that apply to a repository. */
export function settingsFor(policy: PolicyOf<"settings">, repository: string | undefined): Artefact["settings"] {
	return changed(policy.settings, policy.overrides, "settings", repository);
}

/** The agents as a repository has them. */
export function agentsFor(policy: PolicyOf<"agents">, repository: string | undefined): Artefact["agents"] {
	return changed(policy.agents, policy.overrides, "agents", repository);
}

/** What happens after an attempt in a repository. */
export function outcomeFor(policy: PolicyOf<"outcome">, repository: string | undefined): Artefact["outcome"] {
	return changed(policy.outcome, policy.overrides, "outcome", repository);
}

/** The limits of one repository. */
export function repositoryLimitsFor(
	{ limits, overrides }: Pick<Artefact, "limits" | "overrides">,
	repository: string | undefined,
): OwnLimits {
	return changed<OwnLimits>(limits?.repository ?? {}, overrides, "limits", repository);
}

/** Which failures of a repository are a group. An older artefact knows no groups. */
export function groupFor(policy: Partial<PolicyOf<"group">>, repository: string): Artefact["group"] {
	return policy.group && changed(policy.group, policy.overrides, "group", repository);
}

/** The rules of a repository under `rerun`: a list is replaced whole. */
export function rerunFor(policy: PolicyOf<"rerun">, repository: string | undefined): NonNullable<Artefact["rerun"]> {
	return changed(policy.rerun ?? [], policy.overrides, "rerun", repository);
}

/** The entries of `overrides` for a repository, in order. */
export function overridesFor(overrides: Overrides = [], repository: string | undefined): Overrides {
	if (repository === undefined) return [];
	return overrides.filter(({ repositories }) => matchesGlob(repository, repositories));
}

function changed<T extends object>(
	base: T,
	overrides: Overrides | undefined,
	stage: Stage,
	repository: string | undefined,
): T {
	return overridesFor(overrides, repository).reduce<T>(
		(value, { [stage]: change }) => merged(value, change) as T,
		base,
	);
}

/** Maps key by key, everything else whole: the rule by which packs are merged. */
function merged(value: unknown, change: unknown): unknown {
	if (change === undefined) return value;
	if (!isMap(value) || !isMap(change)) return change;
	const keys = [...new Set([...Object.keys(value), ...Object.keys(change)])];
	return Object.fromEntries(keys.map((key) => [key, merged(value[key], change[key])]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
