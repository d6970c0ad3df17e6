/** An error within one text, before its place in the file is known. */
export interface TextDiagnostic {
	/** Offset in the text. */
	readonly start: number;
	/** The offending part of the text. */
	readonly text: string;
	readonly message: string;
	readonly allowed?: readonly string[];
}
