import { type Answer, describe } from "../ask.ts";
import { type Check, missing, ok } from "../check.ts";

export interface SecretQuestion {
	readonly name: string;
	/** The variable that holds the secrets. */
	readonly variable: string;
	/** Whose secrets they are compared with: `the worker`. */
	readonly at: string;
	readonly cure: string;
	/** The status that only a request with a secret that is accepted gets. */
	readonly accepted: number;
	ask(secret: string): Promise<Answer>;
}

/** Whether each of several secrets is accepted; secrets are told by their place in the variable, never shown. */
export async function askWithEach(question: SecretQuestion, secrets: readonly string[]): Promise<Check> {
	const { name, variable, at, cure } = question;
	for (const [index, secret] of secrets.entries()) {
		const answer = await question.ask(secret);
		if (answer.kind === "answered" && answer.status === question.accepted) continue;
		const which = secrets.length === 1 ? variable : `secret ${index + 1} of ${secrets.length} in ${variable}`;
		if (answer.kind === "answered" && answer.status === 401) return missing(name, `${at} refuses ${which}.`, cure);
		return missing(name, `${which} could not be tried: ${explain(answer)}`, cure);
	}
	return ok(name, secrets.length === 1 ? `${at} accepts it.` : `${at} accepts all ${secrets.length}.`);
}

/** The wire's own refusals (`wire/refusal.ts`) tell a wrong clock from a wrong secret. */
function explain(answer: Answer): string {
	if (answer.kind === "answered" && (answer.status === 403 || answer.status === 425)) {
		return "this machine's clock is more than five minutes off, or the other's is.";
	}
	return describe(answer);
}
