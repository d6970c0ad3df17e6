/** Whether either half of a secret is still in the text, with or without characters that nobody sees. */
export function halfSurvives(text: string, secrets: readonly string[]): boolean {
	const seen = text.replace(/[\p{Cf}\p{Cc}]/gu, "");
	return secrets.some((secret) => {
		const half = Math.ceil(secret.length / 2);
		return seen.includes(secret.slice(0, half)) || seen.includes(secret.slice(-half));
	});
}
