import { type Answer, describe } from "../ask.ts";
import { type Check, failed, passed, unknown } from "../check-result.ts";

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

/** Tries all secrets. Messages name secrets by their position in the variable, never by value. */
export async function askWithEach(question: SecretQuestion, secrets: readonly string[]): Promise<Check> {
	const { name, variable, at, cure, forbidden, accepted } = question;
	const answers = await Promise.all(secrets.map((secret) => question.ask(secret)));
	for (const [index, answer] of answers.entries()) {
		if (answer.kind === "answered" && answer.status === accepted) continue;
		const which = secrets.length === 1 ? variable : `secret ${index + 1} of ${secrets.length} in ${variable}`;
		if (answer.kind === "answered" && answer.status === 401) return failed(name, `${at} refuses ${which}.`, cure);
		if (answer.kind === "answered" && answer.status === 403 && forbidden !== undefined)
			return failed(name, `${which} ${forbidden}.`, cure);
		if (isClock(answer)) return failed(name, `${which} could not be tested: ${CLOCKS}`, "Set both clocks.");
		return unknown(name, `${which} could not be tested: ${describe(answer)}`, `See what is wrong with ${at}.`);
	}
	return passed(name, secrets.length === 1 ? `${at} accepts it.` : `${at} accepts all ${secrets.length}.`);
}

const CLOCKS = "this machine's clock and the other's differ by more than five minutes.";

/** The wire's refusals (`wire/refusal.ts`) distinguish a wrong clock from a wrong secret. */
function isClock(answer: Answer): boolean {
	return answer.kind === "answered" && (answer.status === 403 || answer.status === 425);
}
