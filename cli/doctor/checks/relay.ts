import { secretsProblem } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import type { Places } from "../../places.ts";
import { ask, describe } from "../ask.ts";
import { type Check, missing, ok, skipped } from "../check.ts";
import { askWithEach } from "./each-secret.ts";

/** The relay by its address as the worker has it, and through it whether CodeRuns could be made in its cluster. */
export async function checkRelay({ relay, wireSecrets }: Places): Promise<readonly Check[]> {
	if (relay === undefined) return [skipped("relay", "not looked at.", "Set RELAY_URL to its address.")];
	const alive = await ask(relay, "/livez");
	if (alive.kind !== "answered" || alive.status !== 200) {
		const cure = "Look at it, and at the way to it: kubectl -n cto get pods, deploy/relay and deploy/tunnel.";
		return [missing("relay", `${relay}/livez: ${describe(alive)}`, cure)];
	}
	return [ok("relay", `${relay} runs.`), await lookAtReadiness(relay), await tryWireSecrets(relay, wireSecrets)];
}

async function lookAtReadiness(relay: string): Promise<Check> {
	const name = "relay's cluster";
	const answer = await ask(relay, "/readyz");
	if (answer.kind === "answered" && answer.status === 200) return ok(name, "a CodeRun could be made.");
	const summary = answer.kind === "answered" && answer.status === 503 ? `${answer.text}.` : describe(answer);
	return missing(name, summary, "With KUBECONFIG set, doctor looks at the cluster itself.");
}

/** Context of no source at all: answered with nothing, but not before its signature is looked at. */
function tryWireSecrets(relay: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "wire, at the relay";
	if (secrets.length === 0) return skipped(name, "not tried.", "Set HEALER_WIRE_SECRETS.");
	const problem = secretsProblem(secrets);
	if (problem !== undefined) return missing(name, `${problem}.`, "Set it anew at the worker and at the relay.");
	const body = JSON.stringify({ incident_id: "0".repeat(32), sources: [] });
	const question = {
		...{ name, variable: "HEALER_WIRE_SECRETS", at: "the relay", accepted: 200 },
		cure: "Put the worker's into the Secret healer-relay, then: kubectl -n cto rollout restart deployment/healer-relay.",
		ask: (secret: string) => {
			const headers = signMessage([secret], { id: "doctor", at: Date.now() / 1000, body });
			return ask(relay, "/v1/context", { method: "POST", headers, body });
		},
	};
	return askWithEach(question, secrets);
}
