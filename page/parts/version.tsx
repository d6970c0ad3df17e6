/** The first 8 characters of a version; the whole is its tooltip. */
export function Version({ version }: { readonly version: string }) {
	return <code title={version}>{version.slice(0, 8)}</code>;
}
