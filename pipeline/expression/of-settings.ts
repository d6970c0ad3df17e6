import type { Scope } from "./facts.ts";

/** What `read` gives, read once as long as the settings stay the same object: a pipeline's never change. */
export function ofSettings(read: (scope: Scope) => unknown): (scope: Scope) => unknown {
	let known: { readonly settings: unknown; readonly value: unknown } | undefined;
	return (scope) => {
		const { settings } = scope.variables;
		if (known === undefined || known.settings !== settings || settings === undefined) {
			known = { settings, value: read(scope) };
		}
		return known.value;
	};
}
