/** A secret in a text: from `from` up to `to`, in UTF-16 units. */
export interface SecretSpan {
	readonly from: number;
	readonly to: number;
	/** Lower-case words that the mark shows, such as `github token`. */
	readonly kind: string;
}

/** Looks for one sort of secret in a part of one line. */
export interface RedactionRule {
	/** Lower-case texts of which every line with such a secret has one, in whatever case: the others are not looked at. */
	readonly literals: readonly string[];
	readonly find: (line: string) => readonly SecretSpan[];
}
