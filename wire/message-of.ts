/** The message of a thrown value. JSONata throws plain objects with a `message`. */
export function messageOf(cause: unknown): string {
	if (typeof cause === "object" && cause !== null && "message" in cause) return String(cause.message);
	return String(cause);
}
