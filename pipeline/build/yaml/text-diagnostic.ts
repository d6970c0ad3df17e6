/** Something wrong within one text, before it is known where the text stands in its file. */
export interface TextDiagnostic {
	/** Offset in the text. */
	readonly start: number;
	/** The offending stretch. */
	readonly text: string;
	readonly message: string;
	readonly allowed?: readonly string[];
}
