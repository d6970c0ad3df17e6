/** A value, or one sentence that says why there is none. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export function ok<T>(value: T): Result<T> {
	return { ok: true, value };
}

export function fail(problem: string): { readonly ok: false; readonly problem: string } {
	return { ok: false, problem };
}

/** The message of a thrown value. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
