import type { Resource } from "../api/resource.ts";

/** What could not be had, and a way to try it again. */
export function Problem({ of }: { readonly of: Resource<unknown> }) {
	if (of.error === undefined) return null;
	return (
		<p class="error" role="alert">
			{of.error.error}{" "}
			<button type="button" onClick={of.again}>
				Try again
			</button>
		</p>
	);
}
