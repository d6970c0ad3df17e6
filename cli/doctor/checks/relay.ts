import { secretsProblem } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import type { Places } from "../../places.ts";
import { ask, describe } from "../ask.ts";
import { type Check, missing, passed, skipped } from "../check-result.ts";
import { askWithEach } from "./each-secret.ts";

/** Checks the relay at the address that the worker uses, and through it whether its cluster accepts CodeRuns. */
export async function checkRelay({ relay, wireSecrets }: Places): Promise<readonly Check[]> {
	if (relay === undefined) return [skipped("relay", "not checked.", "Set RELAY_URL to its address.")];
	const alive = await ask(relay, "/livez");
	if (alive.kind !== "answered" || alive.status !== 200) {
		const cure = "Check the relay and the tunnel to it (deploy/relay, deploy/tunnel): kubectl -n cto get pods.";
		return [missing("relay", `${relay}/livez: ${describe(alive)}`, cure)];
	}
	return [
		passed("relay", `${relay} is running.`),
		await checkReadiness(relay),
		await tryWireSecrets(relay, wireSecrets),
	];
}

async function checkReadiness(relay: string): Promise<Check> {
	const name = "relay's cluster";
	const answer = await ask(relay, "/readyz");
	if (answer.kind === "answered" && answer.status === 200) return passed(name, "accepts CodeRuns.");
	const summary = answer.kind === "answered" && answer.status === 503 ? `${answer.text}.` : describe(answer);
	return missing(name, summary, "Set KUBECONFIG, and doctor checks the cluster itself.");
}

/** A context request without sources: its answer is empty, and comes only after the signature is verified. */
function tryWireSecrets(relay: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "wire, at the relay";
	if (secrets.length === 0) return skipped(name, "not tested.", "Set HEALER_WIRE_SECRETS.");
	const problem = secretsProblem(secrets);
	if (problem !== undefined) return missing(name, `${problem}.`, "Set a new one on the worker and on the relay.");
	const body = JSON.stringify({ incident_id: "0".repeat(32), sources: [] });
	const question = {
		...{ name, variable: "HEALER_WIRE_SECRETS", at: "the relay", accepted: 200 },
		cure: "Copy the worker's value into the Secret healer-relay, then run kubectl -n cto rollout restart deployment/healer-relay.",
		ask: (secret: string) => {
			const headers = signMessage([secret], { id: "doctor", at: Date.now() / 1000, body });
			return ask(relay, "/v1/context", { method: "POST", headers, body });
		},
	};
	return askWithEach(question, secrets);
}
