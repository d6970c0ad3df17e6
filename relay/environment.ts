import type { Result } from "../wire/result.ts";

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Collects the problems of several variables. */
export function collector(): {
	readonly problems: readonly string[];
	take<T>(reading: Result<T>, instead: T): T;
} {
	const problems: string[] = [];
	return {
		problems,
		take: (reading, instead) => {
			if (reading.ok) return reading.value;
			problems.push(reading.problem);
			return instead;
		},
	};
}
