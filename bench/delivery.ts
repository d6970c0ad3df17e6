import { createHmac } from "node:crypto";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { SECRET } from "./workers.ts";

const BYTES = 10 * 1024;

export interface SignedDelivery {
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** A failed `workflow_job` of an allowed repository, as GitHub sends it, 10 KB large. The pipeline accepts it. */
export function failedJob(changes: { readonly conclusion?: string } = {}): SignedDelivery {
	return githubDelivery("workflow_job", "completed", { conclusion: "failure", ...changes });
}

/** The same of a job that waits for its runner: nothing listens to it. */
export function queuedJob(): SignedDelivery {
	return githubDelivery("workflow_job", "queued", {});
}

/** A recorded delivery of an allowed repository, with `changes` to what it is about, padded to 10 KB and signed. */
export function githubDelivery(
	event: string,
	action: string,
	changes: Readonly<Record<string, unknown>> = {},
): SignedDelivery {
	const body = padded(recordedPayload(event, action, changes));
	return signed(event, "00000000-0000-4000-8000-000000000000", body);
}

/** A body with the headers that GitHub sends with it. */
export function signed(event: string, delivery_id: string, body: string): SignedDelivery {
	return {
		body,
		headers: {
			"content-type": "application/json",
			"x-github-event": event,
			"x-github-delivery": delivery_id,
			"x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
		},
	};
}

/** GitHub's recorded payload with this action, in an allowed repository, with `changes` to what it is about. */
export function recordedPayload(
	event: string,
	action: string,
	changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
	const recorded = examples
		.find(({ name }) => name === event)
		?.examples.find((example) => "action" in example && example.action === action);
	if (recorded === undefined) throw new Error(`no example of ${event} has the action ${action}`);
	const own = (recorded as { repository?: { full_name?: string } }).repository?.full_name ?? "";
	const payload = JSON.parse(JSON.stringify(recorded).replaceAll(own, "5dlabs/cto"));
	Object.assign(payload[event], OF_EVENT[event], changes);
	return payload;
}

const OF_EVENT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
	workflow_job: { workflow_name: "Controller CI", head_branch: "main" },
};

/** Pads the payload to the size with an unused field. */
export function padded(payload: Record<string, unknown>): string {
	const missing = BYTES - JSON.stringify({ ...payload, padding: "" }).length;
	return JSON.stringify({ ...payload, padding: "x".repeat(Math.max(0, missing)) });
}
