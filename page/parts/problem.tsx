import type { Resource } from "../api/resource.ts";

/** The error of a request, with a button that repeats it. */
export function Problem({ of }: { readonly of: Resource<unknown> }) {
	if (of.error === undefined) return null;
	return (
		<p class="error" role="alert">
			{of.error.error}{" "}
			<button type="button" onClick={of.reload}>
				Try again
			</button>
		</p>
	);
}
