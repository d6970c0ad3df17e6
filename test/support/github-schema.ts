import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One webhook of GitHub's own description of them: an event, and the action it is about if it has any. */
export interface KnownWebhook {
	readonly event: string;
	readonly action?: string;
	readonly summary: string;
}

interface Described {
	readonly webhooks: Readonly<Record<string, { readonly post: { operationId: string; summary?: string } }>>;
}

/** Every webhook that GitHub describes, from `@octokit/openapi-webhooks`. */
export function knownWebhooks(): readonly KnownWebhook[] {
	const file = new URL("./generated/api.github.com.json", import.meta.resolve("@octokit/openapi-webhooks"));
	const { webhooks }: Described = JSON.parse(readFileSync(fileURLToPath(file), "utf8"));
	return Object.values(webhooks).map(({ post }) => {
		const [event = "", action] = post.operationId.split("/").map((word) => word.replaceAll("-", "_"));
		return { event, summary: post.summary ?? "", ...(action !== undefined && { action }) };
	});
}
