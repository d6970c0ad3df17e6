import type * as z from "zod";
import { agentSchema } from "../../wire/names.ts";
import { count, namesLike } from "../environment.ts";
import type { Policy } from "./policy.ts";

/** Each slot of an hour is a claim, and a full hour is read slot by slot. */
const MOST_PER_HOUR = 200;

/** The variables of a relay's own policy that are optional, for the schema of a process that creates CodeRuns. */
export const POLICY_VARIABLES = {
	HEALER_SPEC_FIELDS: namesLike(
		// `env` and `cliConfig` as a whole would allow everything in them.
		/^(?!(env|cliConfig)$)[A-Za-z]\w{0,62}(\.[A-Za-z]\w{0,62})?$/,
		"fields of a CodeRun's spec, such as enableDocker or cliConfig.settings; HEALER_SPEC_ENV is for env",
	),
	HEALER_SPEC_ENV: namesLike(/^[A-Za-z_]\w{0,254}$/, "names of environment variables, such as CARGO_TERM_COLOR"),
	HEALER_AGENTS: namesLike(agentSchema, "names of agents in the pipeline, such as rex, blaze"),
	HEALER_MAX_ACTIVE: count(100_000),
	HEALER_MAX_PER_HOUR: count(MOST_PER_HOUR),
};

type PolicyValues = { readonly [Name in keyof typeof POLICY_VARIABLES]: z.output<(typeof POLICY_VARIABLES)[Name]> };

/** A limit per agent limits nothing while any name is an agent. */
export function findPolicyProblem({ HEALER_MAX_ACTIVE, HEALER_AGENTS }: PolicyValues): string | undefined {
	if (HEALER_MAX_ACTIVE === undefined || HEALER_AGENTS.length > 0) return undefined;
	return "HEALER_MAX_ACTIVE counts for each agent, so it needs HEALER_AGENTS: name the agents that may run.";
}

/** The part of a policy that these variables set. Unset ones leave it at the shipped list and at the request's count. */
export function ownPolicy(env: PolicyValues): Pick<Policy, "spec" | "agents" | "limits"> {
	return {
		spec: { fields: env.HEALER_SPEC_FIELDS, env: env.HEALER_SPEC_ENV },
		...(env.HEALER_AGENTS.length > 0 && { agents: env.HEALER_AGENTS }),
		limits: { max_active: env.HEALER_MAX_ACTIVE, max_per_hour: env.HEALER_MAX_PER_HOUR },
	};
}
