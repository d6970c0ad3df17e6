const MAX_LENGTH = 300;

/**
 * The message of anything thrown. jsonata throws plain objects `{code, message, position}` that are not `Error`s, with
 * the offending value in the message. That value may come from a payload, so the text is cut and made well formed.
 */
export function boundedMessage(thrown: unknown): string {
	const text = rawMessage(thrown)
		.replaceAll(/\p{Cc}/gu, " ")
		.toWellFormed();
	return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).toWellFormed()}…` : text;
}

function rawMessage(thrown: unknown): string {
	if (typeof thrown === "string") return thrown;
	if (typeof thrown !== "object" || thrown === null) return String(thrown);
	if ("message" in thrown && typeof thrown.message === "string" && thrown.message !== "") return thrown.message;
	if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
	return "unknown error";
}
