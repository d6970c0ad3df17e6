/** What a caller may do (docs/access.md): report failures, see, act on incidents and pause, change the pipeline and export. */
export const RIGHTS = ["sense", "read", "operate", "administer"] as const;

export type Right = (typeof RIGHTS)[number];

/**
 * What comes with a right. Who operates has to see what, and who may push a pipeline can decide everything anyway. To sense
 * is a right of its own: a sensor sees nothing, and no person reports failures.
 */
const INCLUDED: Readonly<Record<Right, readonly Right[]>> = {
	sense: ["sense"],
	read: ["read"],
	operate: ["read", "operate"],
	administer: ["read", "operate", "administer"],
};

/** These rights and what comes with them, in the order of `RIGHTS`. */
export function withIncluded(rights: Iterable<Right>): readonly Right[] {
	const all = new Set([...rights].flatMap((right) => INCLUDED[right]));
	return RIGHTS.filter((right) => all.has(right));
}

/**
 * The variables with bearer tokens, from the least right to all of them. `name` is for timeline and audit trail. Each may
 * hold several tokens, so that one can be rotated; a token in several variables has the rights of each.
 */
export const TOKEN_VARIABLES = [
	{ variable: "HEALER_SENSOR_TOKENS", rights: ["sense"], name: "a sensor's token" },
	{ variable: "HEALER_READ_TOKENS", rights: ["read"], name: "a read token" },
	{ variable: "HEALER_OPERATE_TOKENS", rights: ["operate"], name: "an operate token" },
	{ variable: "HEALER_ADMIN_TOKENS", rights: ["administer"], name: "an admin token" },
	{ variable: "HEALER_API_TOKEN", rights: RIGHTS, name: "the API token" },
] as const satisfies readonly { readonly variable: string; readonly rights: readonly Right[]; readonly name: string }[];

export type TokenVariable = (typeof TOKEN_VARIABLES)[number]["variable"];

/** The variables whose tokens have this right, the one with the fewest other rights first. */
export function variablesWith(right: Right): readonly TokenVariable[] {
	return TOKEN_VARIABLES.filter(({ rights }) => withIncluded(rights).includes(right)).map(({ variable }) => variable);
}
