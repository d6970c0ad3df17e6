/** A secret in a text: from `from` up to `to`, in UTF-16 units. */
export interface SecretSpan {
	readonly from: number;
	readonly to: number;
	/** Lower-case words shown in the mark, such as `github token`. */
	readonly kind: string;
}

/** Finds one kind of secret in a part of one line. */
export interface RedactionRule {
	/** Lower-case texts; every line with such a secret contains one of them in some case. Other lines are skipped. */
	readonly literals: readonly string[];
	readonly find: (line: string) => readonly SecretSpan[];
}
