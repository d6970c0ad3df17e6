import * as z from "zod";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import { type DeliveryScan, keepPage, type ListedDelivery } from "../journal/failed-deliveries.ts";
import type { Cost } from "../runtime/budget.ts";

export type ScanResult =
	/** `through`: the whole list since the last look was seen; what is not through goes on in the next run. */
	{ readonly ok: true; readonly through: boolean } | { readonly ok: false; readonly failure: GitHubFailure };

// 3,000 deliveries a run.
const MOST_PAGES = 30;
// One page, and what the run writes down at its end.
const PAGE_COST: Cost = { statements: 15, subrequests: 15 };
// A delivery is listed when its answer is there or 10 s are over, and a little later by GitHub's own delay.
const OVERLAP_MS = 15 * 60_000;

/**
 * Goes through GitHub's list of deliveries, newest first, back to where the last look began; the first look ever goes
 * back as far as GitHub's list does. A look that takes more than one run goes on where it was.
 */
export async function scanDeliveries(
	effects: Pick<Effects, "budget" | "journal" | "now">,
	github: GitHub,
	look: DeliveryScan,
	until: number,
): Promise<ScanResult> {
	const began_at = look.began_at ?? effects.now();
	const { scanned_until } = look;
	let cursor = look.began_at === null ? null : look.cursor;
	for (let page = 0; page < MOST_PAGES && effects.now() < until && effects.budget.has(PAGE_COST); page++) {
		const read = await listDeliveries(github, cursor);
		if (!read.ok) {
			// A cursor that GitHub takes no more: from the start again.
			if (read.failure.reason === "refused" && cursor !== null) {
				await keepPage(effects.journal, [], { scanned_until, began_at: null, cursor: null }, effects.now());
			}
			return read;
		}
		const oldest = read.deliveries.at(-1)?.delivered_at ?? 0;
		const isThrough = read.next === undefined || (scanned_until !== null && oldest < scanned_until - OVERLAP_MS);
		const progress = isThrough
			? { scanned_until: began_at, began_at: null, cursor: null }
			: { scanned_until, began_at, cursor: read.next ?? null };
		await keepPage(effects.journal, read.deliveries, progress, effects.now());
		if (isThrough) return { ok: true, through: true };
		cursor = progress.cursor;
	}
	return { ok: true, through: false };
}

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
async function listDeliveries(github: GitHub, cursor: string | null): Promise<PageReading> {
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
