import { type Answer, describe } from "../ask.ts";
import { type Check, missing, passed } from "../check-result.ts";

export interface SecretQuestion {
	readonly name: string;
	/** The variable that holds the secrets. */
	readonly variable: string;
	/** The part that checks them: `the worker`. */
	readonly at: string;
	readonly cure: string;
	/** The meaning of 403; without it, the wire's: clocks that differ. */
	readonly forbidden?: string;
	/** The status that only a request with an accepted secret gets. */
	readonly accepted: number;
	ask(secret: string): Promise<Answer>;
}

/** Tries each secret. Messages name secrets by their position in the variable, never by value. */
export async function askWithEach(question: SecretQuestion, secrets: readonly string[]): Promise<Check> {
	const { name, variable, at, cure, forbidden } = question;
	for (const [index, secret] of secrets.entries()) {
		const answer = await question.ask(secret);
		if (answer.kind === "answered" && answer.status === question.accepted) continue;
		const which = secrets.length === 1 ? variable : `secret ${index + 1} of ${secrets.length} in ${variable}`;
		if (answer.kind === "answered" && answer.status === 401) return missing(name, `${at} refuses ${which}.`, cure);
		if (answer.kind === "answered" && answer.status === 403 && forbidden !== undefined)
			return missing(name, `${which} ${forbidden}.`, cure);
		return missing(name, `${which} could not be tested: ${explain(answer)}`, cure);
	}
	return passed(name, secrets.length === 1 ? `${at} accepts it.` : `${at} accepts all ${secrets.length}.`);
}

/** The wire's refusals (`wire/refusal.ts`) distinguish a wrong clock from a wrong secret. */
function explain(answer: Answer): string {
	if (answer.kind === "answered" && (answer.status === 403 || answer.status === 425)) {
		return "this machine's clock and the other's differ by more than five minutes.";
	}
	return describe(answer);
}
