import * as z from "zod";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import type { ListedDelivery } from "../journal/lost-deliveries.ts";

export type PageReading =
	/** `next`: where the list goes on; undefined at its end. */
	| { readonly ok: true; readonly deliveries: readonly ListedDelivery[]; readonly next: string | undefined }
	| { readonly ok: false; readonly failure: GitHubFailure };

const PER_PAGE = 100;

const schema = z.array(
	z
		.object({
			// 64 bits: beyond what a JavaScript number holds it comes as a bigint.
			id: z.union([z.int().nonnegative(), z.bigint()]).transform(String),
			guid: z.string().min(1).max(200),
			event: z.string().min(1).max(100),
			delivered_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
			status_code: z.number(),
			redelivery: z.boolean(),
		})
		.readonly(),
);

/**
 * One page of what the App's hook delivered, newest first.
 * https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
 */
export async function listDeliveries(github: GitHub, cursor: string | null): Promise<PageReading> {
	const asked = { per_page: PER_PAGE, ...(cursor !== null && { cursor }) };
	const answer = await github.asApp("GET /app/hook/deliveries", asked);
	if (!answer.ok) return answer;
	const read = schema.safeParse(answer.value);
	if (!read.success) {
		const fields = read.error.issues.slice(0, 3).map(({ path }) => path.map(String).join("."));
		const detail = `its list of deliveries is not as GitHub describes it: ${fields.join(", ")}`;
		return { ok: false, failure: { reason: "unavailable", detail } };
	}
	return { ok: true, deliveries: read.data, next: nextCursor(answer.headers.link) };
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers */
function nextCursor(link: string | number | undefined): string | undefined {
	const url = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ""))?.[1];
	return url !== undefined && URL.canParse(url) ? (new URL(url).searchParams.get("cursor") ?? undefined) : undefined;
}
