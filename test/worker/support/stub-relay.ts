import { env } from "cloudflare:workers";
import { onTestFinished } from "vitest";
import type { WireOutcome } from "../../../wire/outcome.ts";
import { readSecrets } from "../../../wire/secret.ts";
import { verifyMessage } from "../../../wire/signature.ts";
import type { SpawnResult } from "../../../wire/spawn.ts";
import { now } from "./clock.ts";

export interface StubRelay {
	/** Names of the CodeRuns that there are, in the order they were made. */
	readonly made: string[];
	/** Every request that was properly signed. */
	readonly requests: { readonly id: string; readonly body: string; readonly traceparent: string | null }[];
	/** Answers instead of making; undefined makes. */
	answer: ((name: string) => SpawnResult | Response | undefined) | undefined;
	/** How those ended that did, by name. */
	readonly ended: Map<string, WireOutcome>;
}

/** Stands in for the relay behind `fetch`: checks signatures and makes each CodeRun once. */
export function stubRelay(): StubRelay {
	const relay: StubRelay = { made: [], requests: [], answer: undefined, ended: new Map() };
	const real = globalThis.fetch;
	onTestFinished(() => {
		globalThis.fetch = real;
	});
	globalThis.fetch = async (input, init) => {
		const request = new Request(input, init);
		if (request.url === "http://relay.test/v1/coderuns/status") return await tellStatus(relay, request);
		if (!request.url.startsWith("http://relay.test/v1/spawn")) return new Response("not found", { status: 404 });
		return await spawn(relay, request);
	};
	return relay;
}

async function spawn(relay: StubRelay, request: Request): Promise<Response> {
	const body = await request.text();
	const verdict = verifyMessage(readSecrets(env.HEALER_WIRE_SECRETS), request.headers, body, now() / 1000);
	if (!verdict.ok) return new Response(verdict.reason, { status: 401 });
	relay.requests.push({ id: verdict.id, body, traceparent: request.headers.get("traceparent") });

	const { name } = JSON.parse(body).coderun.metadata;
	const answer = relay.answer?.(name);
	if (answer instanceof Response) return answer;
	if (answer !== undefined) return Response.json(answer);
	if (relay.made.includes(name)) return Response.json({ result: "exists", coderun_name: name });
	relay.made.push(name);
	return Response.json({ result: "created", coderun_name: name });
}

async function tellStatus({ made, ended }: StubRelay, request: Request): Promise<Response> {
	const body = await request.text();
	const verdict = verifyMessage(readSecrets(env.HEALER_WIRE_SECRETS), request.headers, body, now() / 1000);
	if (!verdict.ok) return new Response(verdict.reason, { status: 401 });
	const { coderun_name } = JSON.parse(body);
	const outcome = ended.get(coderun_name);
	// A newer relay may say more than this worker knows.
	if (outcome !== undefined) return Response.json({ state: "ended", outcome: { ...outcome, more: 1 }, more: 1 });
	return Response.json(made.includes(coderun_name) ? { state: "running", coderun_name } : { state: "gone" });
}
