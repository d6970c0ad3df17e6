import { type ConfigurationOptions, Observable, ResponseContext } from "@kubernetes/client-node";
import { MAX_ANSWER_BYTES, readBounded, withoutSecrets } from "../../http/read-bounded.ts";

/**
 * Options that end one read by a signal, and after 4 MiB of its answer. Text that is not JSON throws a SyntaxError,
 * where the library would accept anything. A token that the answer repeats is redacted.
 */
export function boundedRead(signal: AbortSignal, accept?: string): ConfigurationOptions {
	let secrets: readonly string[] = [];
	const bounded = async ({ httpStatusCode, body }: ResponseContext): Promise<ResponseContext> => {
		const { text, cut } = await readBounded(body.stream(), MAX_ANSWER_BYTES);
		if (cut) throw new OversizedAnswer();
		const shown = withoutSecrets(text, secrets);
		if (httpStatusCode < 400) JSON.parse(shown);
		return new ResponseContext(httpStatusCode, { "content-type": "application/json" }, bodyOf(shown));
	};
	return {
		middlewareMergeStrategy: "append",
		middleware: [
			{
				pre(context) {
					context.setSignal(signal);
					if (accept !== undefined) context.setHeaderParam("Accept", accept);
					secrets = secretsIn(context.getHeaders());
					return new Observable(Promise.resolve(context));
				},
				post: (context) => new Observable(bounded(context)),
			},
		],
	};
}

/** The answer exceeds the limit. */
export class OversizedAnswer extends Error {}

function secretsIn({ Authorization, authorization = Authorization }: Readonly<Record<string, string>>): string[] {
	const credentials = authorization?.split(" ").at(-1);
	return credentials ? [credentials] : [];
}

function bodyOf(text: string): ResponseContext["body"] {
	return { text: async () => text, binary: async () => Buffer.from(text), stream: () => new Blob([text]).stream() };
}
