import { readFileSync } from "node:fs";

/** One webhook of GitHub's own description: an event, and its action, if any. */
export interface KnownWebhook {
	readonly event: string;
	readonly action?: string;
	readonly summary: string;
}

interface Described {
	readonly webhooks: Readonly<Record<string, { readonly post: { operationId: string; summary?: string } }>>;
}

/** Every webhook that GitHub describes, as stored by `cut-webhooks.ts`. */
export function knownWebhooks(): readonly KnownWebhook[] {
	const file = new URL("./github-webhooks.json", import.meta.url);
	const { webhooks }: Described = JSON.parse(readFileSync(file, "utf8"));
	return Object.values(webhooks).map(({ post }) => {
		const [event = "", action] = post.operationId.split("/").map((word) => word.replaceAll("-", "_"));
		return { event, summary: post.summary ?? "", ...(action !== undefined && { action }) };
	});
}
