const MAX_LENGTH = 300;

/**
 * The text of whatever was thrown. jsonata throws plain objects `{code, message, position}` that are not `Error`s, and
 * puts the offending value into the message: it is cut, and made well formed, as it may come from a payload.
 */
export function messageOf(thrown: unknown): string {
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
