/** The value of one environment variable, or the problem with it. A problem never holds a secret. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export type Environment = Readonly<Record<string, string | undefined>>;

export function ok<T>(value: T): Result<T> {
	return { ok: true, value };
}

export function invalid(problem: string): { readonly ok: false; readonly problem: string } {
	return { ok: false, problem };
}

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
