/**
 * Secrets from a variable: several while they are rotated, separated by whitespace or commas. A secret may hold one of these
 * itself, so that the whole text is one, too: the last.
 */
export function readSecretList(text: string | undefined): readonly string[] {
	const whole = (text ?? "").trim();
	const parts = whole.split(/[\s,]+/).filter((secret) => secret !== "");
	return parts.length === 0 || (parts.length === 1 && parts[0] === whole) ? parts : [...parts, whole];
}
