/**
 * A name as workflows are compared by: lower case, every run of other characters than letters and digits one dash,
 * none at the ends. `Controller CI` is `controller-ci`.
 */
export function slug(text: string): string {
	return text
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}]+/gu, "-")
		.replaceAll(/^-|-$/g, "");
}
