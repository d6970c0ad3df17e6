import { env } from "cloudflare:workers";
import { outcomeMessageId } from "../../../wire/outcome.ts";
import { readSecrets } from "../../../wire/secret.ts";
import { signMessage } from "../../../wire/signature.ts";
import { now } from "./clock.ts";
import { get, send } from "./worker.ts";

/** The relay reports that the CodeRun of an attempt succeeded. Nothing, where there is no such attempt. */
export async function finishAttempt(incident_id: string, attempt: number): Promise<void> {
	const shown = (await send(get(`/api/incidents/${incident_id}`))).body as { attempts: { coderun_name: string }[] };
	const coderun_name = shown.attempts[attempt - 1]?.coderun_name;
	if (coderun_name === undefined) return;
	const rest = { pull_request_url: null, message: null, started_at: null, finished_at: null };
	const body = JSON.stringify({ coderun_name, incident_id, attempt, phase: "Succeeded", ...rest });
	const id = outcomeMessageId(incident_id, attempt);
	const headers = signMessage(readSecrets(env.HEALER_WIRE_SECRETS), { id, at: now() / 1000, body });
	await send(new Request("http://127.0.0.1:8787/api/outcomes", { method: "POST", headers, body }));
}
