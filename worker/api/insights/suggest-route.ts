/** A rule for `route` in pipeline.yaml, to insert before the one that was wrong. */
export interface SuggestedRoute {
	readonly name: string;
	readonly agent: string;
	/** JSONata, as rules under `route` have it. */
	readonly when: string;
}

/** One incident of a rule, of which is known which agent was right. */
export interface Evidence {
	readonly failure_type: string | null;
	readonly workflow: string | null;
	readonly repository: string | null;
	/** The rule's agent was right, or the suggested one. */
	readonly was: "right" | "wrong";
}

type Field = "failure_type" | "workflow" | "repository";

const PATHS: Readonly<Record<Field, string>> = {
	failure_type: "$failure.type",
	workflow: "workflow.name",
	repository: "repository",
};

/** The type of a failure that no rule knows: many different failures have it. */
const UNKNOWN_TYPE = "general";

/** Conditions to try, the simplest first: of two that tell as much apart, the first is taken. */
const FIELDS: readonly (readonly Field[])[] = [
	["failure_type"],
	["workflow"],
	["repository"],
	["failure_type", "workflow"],
	["failure_type", "repository"],
	["workflow", "repository"],
	["failure_type", "workflow", "repository"],
];

/**
 * The rule that would have sent most of the wrong ones to `agent`, and fewest of those that the old rule was right about.
 * Undefined if no condition on failure type, workflow and repository matches more wrong ones than right ones.
 */
export function suggestRoute(agent: string, known: readonly Evidence[]): SuggestedRoute | undefined {
	let best: { readonly fields: readonly Field[]; readonly of: Evidence; readonly score: number } | undefined;
	for (const fields of FIELDS) {
		for (const of of known.filter(({ was }) => was === "wrong")) {
			if (!fields.every((field) => isUsable(field, of[field]))) continue;
			const alike = known.filter((one) => fields.every((field) => one[field] === of[field]));
			const score = alike.reduce((sum, { was }) => sum + (was === "wrong" ? 1 : -1), 0);
			if (score > (best?.score ?? 0)) best = { fields, of, score };
		}
	}
	if (best === undefined) return undefined;
	const { fields, of } = best;
	return {
		name: [agent, ...fields.map((field) => nameOf(of[field] ?? ""))].join("-").slice(0, 63).replace(/-+$/, ""),
		agent,
		when: fields.map((field) => `${PATHS[field]} = '${of[field]}'`).join(" and "),
	};
}

/** Names that a JSONata text literal would have to escape are left out. */
function isUsable(field: Field, value: string | null): value is string {
	if (value === null || (field === "failure_type" && value === UNKNOWN_TYPE)) return false;
	return /^[^'\\\p{C}]{1,200}$/u.test(value);
}

function nameOf(value: string): string {
	return value
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "");
}

/** The rule as one line of YAML. */
export function routeAsYaml({ name, agent, when }: SuggestedRoute): string {
	// Plain text in a flow mapping may not hold these.
	const written = /[,[\]{}#:"]/.test(when) ? JSON.stringify(when) : when;
	return `{ name: ${name}, agent: ${agent}, when: ${written} }`;
}
