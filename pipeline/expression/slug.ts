/**
 * The form in which workflow names are compared: lower case, with every run of other characters as one dash and no dash
 * at the ends. `Controller CI` becomes `controller-ci`.
 */
export function slug(text: string): string {
	return text
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}]+/gu, "-")
		.replaceAll(/^-|-$/g, "");
}
