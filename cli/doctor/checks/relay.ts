import { secretsProblem } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import type { Places } from "../../places.ts";
import { ask, describe } from "../ask.ts";
import { type Check, failed, passed, unknown } from "../check-result.ts";
import type { Part } from "../part.ts";
import { askWithEach } from "./each-secret.ts";

/** The relay at the address that the worker uses, and through it whether its cluster accepts CodeRuns. */
export function relayParts({ relay, wireSecrets }: Places): readonly Part[] {
	if (relay === undefined)
		return [{ name: "relay", check: () => unknown("relay", "not checked.", "Set RELAY_URL to its address.") }];
	return [
		{ name: "relay", check: () => checkLiveness(relay) },
		{ name: "relay's cluster", check: () => checkReadiness(relay) },
		{ name: "wire, at the relay", check: () => tryWireSecrets(relay, wireSecrets) },
	];
}

async function checkLiveness(relay: string): Promise<Check> {
	const alive = await ask(relay, "/livez");
	if (alive.kind === "answered" && alive.status === 200) return passed("relay", `${relay} is running.`);
	const cure = "Check the relay and the tunnel to it (deploy/relay, deploy/tunnel): kubectl -n cto get pods.";
	return failed("relay", `${relay}/livez: ${describe(alive)}`, cure);
}

async function checkReadiness(relay: string): Promise<Check> {
	const name = "relay's cluster";
	const answer = await ask(relay, "/readyz");
	if (answer.kind === "answered" && answer.status === 200) return passed(name, "accepts CodeRuns.");
	const cure = "Set KUBECONFIG, and doctor checks the cluster itself.";
	if (answer.kind === "answered" && answer.status === 503) return failed(name, `${answer.text}.`, cure);
	return unknown(name, `/readyz: ${describe(answer)}`, cure);
}

/** A context request without sources: its answer is empty, and comes only after the signature is verified. */
function tryWireSecrets(relay: string, secrets: readonly string[]): Check | Promise<Check> {
	const name = "wire, at the relay";
	if (secrets.length === 0) return unknown(name, "not tested.", "Set HEALER_WIRE_SECRETS.");
	const problem = secretsProblem(secrets);
	if (problem !== undefined) return failed(name, `${problem}.`, "Set a new one on the worker and on the relay.");
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
