import type * as z from "zod";
import { DAY_MS, DAY_S, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import { count, duration, namespacesOrAny, textLike } from "../environment.ts";

/** What a query to Loki, Prometheus or Grafana reads at most, whatever a worker signs. */
export interface QueryBounds {
	/** The label that holds a namespace. */
	readonly label: string;
	/** The namespaces that may be read; at least one. */
	readonly namespaces: () => readonly string[] | "any";
	/** How far back from now, in milliseconds. */
	readonly rangeMs: number;
	/** Lines of one answer. */
	readonly limit: number;
}

/** The variables of these bounds. */
export const QUERY_VARIABLES = {
	HEALER_QUERY_NAMESPACES: namespacesOrAny,
	HEALER_QUERY_LABEL: textLike(/^[A-Za-z_]\w{0,127}$/, "namespace", "the name of a label, such as namespace"),
	HEALER_QUERY_RANGE: duration,
	HEALER_QUERY_LIMIT: count(200),
};

/** Bounds without the namespaces, which may depend on the relay's own. */
export interface QuerySettings extends Omit<QueryBounds, "namespaces"> {
	/** Absent: the namespaces that the relay reads itself. */
	readonly namespaces?: readonly string[] | "any";
}

type QueryValues = { readonly [Name in keyof typeof QUERY_VARIABLES]: z.output<(typeof QUERY_VARIABLES)[Name]> };

export function querySettings(env: QueryValues): QuerySettings {
	const { HEALER_QUERY_NAMESPACES: namespaces } = env;
	return {
		label: env.HEALER_QUERY_LABEL,
		rangeMs: (env.HEALER_QUERY_RANGE ?? DAY_S) * 1000,
		limit: env.HEALER_QUERY_LIMIT ?? 200,
		...(namespaces !== undefined && { namespaces }),
	};
}

/** `2d`, `90m`: in the largest unit that divides it. */
export function shownDuration(ms: number): string {
	for (const [unit, size] of [
		["d", DAY_MS],
		["h", HOUR_MS],
		["m", MINUTE_MS],
	] as const) {
		if (ms % size === 0) return `${ms / size}${unit}`;
	}
	return `${ms / 1000}s`;
}
