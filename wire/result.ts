/** A value, or the problem because of which there is none: one sentence, unless `E` is another type. */
export type Result<T, E = string> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly problem: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
	return { ok: true, value };
}

export function fail<E>(problem: E): { readonly ok: false; readonly problem: E } {
	return { ok: false, problem };
}
