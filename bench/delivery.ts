import { createHmac } from "node:crypto";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { SECRET } from "./workers.ts";

const BYTES = 10 * 1024;

export interface SignedDelivery {
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** A failed `workflow_job` of an allowed repository, as GitHub sends it, 10 KB large. The pipeline accepts it. */
export function failedJob(): SignedDelivery {
	const body = padded(failedPayload());
	return {
		body,
		headers: {
			"content-type": "application/json",
			"x-github-event": "workflow_job",
			"x-github-delivery": "00000000-0000-4000-8000-000000000000",
			"x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
		},
	};
}

/** GitHub's recorded `workflow_job`, failed, in an allowed repository. */
export function failedPayload(): Record<string, unknown> {
	const recorded = examples
		.find(({ name }) => name === "workflow_job")
		?.examples.find((example) => "action" in example && example.action === "completed");
	const own = (recorded as { repository?: { full_name?: string } } | undefined)?.repository?.full_name ?? "";
	const payload = JSON.parse(JSON.stringify(recorded).replaceAll(own, "5dlabs/cto"));
	Object.assign(payload.workflow_job, { conclusion: "failure", workflow_name: "Controller CI", head_branch: "main" });
	return payload;
}

/** Pads the payload to the size with an unused field. */
export function padded(payload: Record<string, unknown>): string {
	const missing = BYTES - JSON.stringify({ ...payload, padding: "" }).length;
	return JSON.stringify({ ...payload, padding: "x".repeat(Math.max(0, missing)) });
}
