import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { outcomeSchema, type WireOutcome } from "../../../wire/outcome.ts";
import { verifyMessage } from "../../../wire/signature.ts";

export const SECRETS = ["whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE="];

export interface StandInWorker {
	readonly url: string;
	/** The accepted outcomes: the first of each attempt. */
	readonly taken: readonly WireOutcome[];
	/** Number of posted outcomes, including rejected ones. */
	posts(): number;
	/** Makes it answer 503, or work again. */
	setDown(down: boolean): void;
}

/**
 * Accepts outcomes as the worker does: only signed ones, one per attempt; repeats are recognised, and another body is
 * refused.
 */
export async function standInWorker(): Promise<StandInWorker> {
	const taken = new Map<string, { readonly outcome: WireOutcome; readonly digest: string }>();
	let posts = 0;
	let down = false;
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const body = Buffer.concat(chunks).toString();
		posts++;
		response.statusCode = down ? 503 : take(request.headers, body);
		response.end();
	});
	function take(headers: NodeJS.Dict<string | string[]>, body: string): number {
		const read = (name: string) => headers[name]?.toString();
		const verdict = verifyMessage(SECRETS, { get: read }, body, Date.now() / 1000);
		if (!verdict.ok) return 401;
		const outcome = outcomeSchema.parse(JSON.parse(body));
		const digest = createHash("sha256").update(body).digest("hex");
		const known = taken.get(verdict.id);
		if (known === undefined) taken.set(verdict.id, { outcome, digest });
		return known === undefined || known.digest === digest ? 200 : 409;
	}
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		get taken() {
			return [...taken.values()].map(({ outcome }) => outcome);
		},
		posts: () => posts,
		setDown: (isDown) => {
			down = isDown;
		},
	};
}
