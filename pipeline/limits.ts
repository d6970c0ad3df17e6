import type { Artefact, OwnLimits } from "./artefact.ts";
import { overridesFor, repositoryLimitsFor } from "./overrides.ts";

/** One limit on CodeRuns. */
export interface Limit {
	readonly of: "installation" | "repository" | "agent";
	/** The repository or the agent; null: the installation. */
	readonly name: string | null;
	/** `active`: unfinished at once; `hour`, `day`: created within any hour, or 24 hours. */
	readonly per: "active" | "hour" | "day";
	readonly most: number;
}

/** What counts for an attempt. */
export interface LimitRules {
	readonly limits: readonly Limit[];
	/** How many failed attempts in a row pause the repository, and the agent; absent: any number. */
	readonly breaker: { readonly repository?: number; readonly agent?: number };
}

type LimitPolicy = Pick<Artefact, "settings" | "limits" | "agents" | "overrides">;

/** The limits on what an agent does in a repository. */
export function limitsFor(policy: LimitPolicy, repository: string, agent: string): LimitRules {
	const { limits = {}, agents } = policy;
	const ofRepository: OwnLimits = { ...earlierLimit(policy, repository), ...repositoryLimitsFor(policy, repository) };
	const own = Object.hasOwn(agents, agent) ? agents[agent]?.limits : undefined;
	const ofAgent: OwnLimits = { ...limits.agent, ...own };
	return {
		limits: [
			...limitsOf("installation", null, limits),
			...limitsOf("repository", repository, ofRepository),
			...limitsOf("agent", agent, ofAgent),
		],
		breaker: {
			...(ofRepository.consecutive_failures !== undefined && { repository: ofRepository.consecutive_failures }),
			...(ofAgent.consecutive_failures !== undefined && { agent: ofAgent.consecutive_failures }),
		},
	};
}

const PERIODS = { active: "active", per_hour: "hour", per_day: "day" } as const;

function limitsOf(of: Limit["of"], name: string | null, limits: OwnLimits): readonly Limit[] {
	return (["active", "per_hour", "per_day"] as const).flatMap((key) => {
		const most = limits[key];
		return most === undefined ? [] : [{ of, name, per: PERIODS[key], most }];
	});
}

/** A pipeline that an earlier Healer built has `settings.max_per_hour`; 0 is no limit. */
function earlierLimit({ settings, overrides }: LimitPolicy, repository: string): OwnLimits {
	const written = [settings, ...overridesFor(overrides, repository).map((entry) => entry.settings)];
	const most = written.map((of) => (of as { readonly max_per_hour?: number } | undefined)?.max_per_hour);
	const last = most.findLast((value) => value !== undefined);
	return last === undefined || last === 0 ? {} : { per_hour: last };
}

/** Such as `20 CodeRuns an hour for acme/shop`. */
export function describeLimit({ of, name, per, most }: Limit): string {
	const coderuns = most === 1 ? "CodeRun" : "CodeRuns";
	const count = per === "active" ? `${most} unfinished ${coderuns}` : `${most} ${coderuns} ${PER[per]}`;
	return `${count} ${of === "installation" ? "of this installation" : `for ${of === "agent" ? `agent ${name}` : name}`}`;
}

const PER = { hour: "an hour", day: "a day" } as const;
