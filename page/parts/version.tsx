/** A version's first characters; the whole on pointing at it. */
export function Version({ version }: { readonly version: string }) {
	return <code title={version}>{version.slice(0, 8)}</code>;
}
