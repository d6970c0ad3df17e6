/**
 * Secrets from a variable: several during a rotation, separated by whitespace or commas. A secret may contain these
 * itself, so the whole text is one too: the last.
 */
export function readSecretList(text: string | undefined): readonly string[] {
	const whole = (text ?? "").trim();
	const parts = splitList(whole);
	return parts.length === 0 || (parts.length === 1 && parts[0] === whole) ? parts : [...parts, whole];
}

/** The items of a text, separated by whitespace or commas. */
export function splitList(text: string | undefined): readonly string[] {
	return (text ?? "").split(/[\s,]+/).filter((item) => item !== "");
}
