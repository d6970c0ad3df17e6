import * as z from "zod";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import { type DeliveryScan, keepPage, type ListedDelivery } from "../journal/failed-deliveries.ts";
import type { Cost } from "../runtime/budget.ts";

export type ScanResult =
	/** `through`: the whole list since the last scan was read; otherwise the next run continues. */
	{ readonly ok: true; readonly through: boolean } | { readonly ok: false; readonly failure: GitHubFailure };

// 3,000 deliveries a run.
const MOST_PAGES = 30;
// One page, and what the run records at its end.
const PAGE_COST: Cost = { statements: 15, subrequests: 15 };
// A delivery is listed once it is answered or 10 s have passed, plus GitHub's own delay.
const OVERLAP_MS = 15 * MINUTE_MS;

/**
 * Scans GitHub's list of deliveries, newest first, back to the start of the last scan; the first scan goes back as far as the
 * list does. A scan that takes several runs continues where it stopped.
 */
export async function scanDeliveries(
	effects: Pick<Effects, "budget" | "journal" | "now">,
	github: GitHub,
	scan: DeliveryScan,
	until: number,
): Promise<ScanResult> {
	const began_at = scan.began_at ?? effects.now();
	const { scanned_until } = scan;
	let cursor = scan.began_at === null ? null : scan.cursor;
	for (let page = 0; page < MOST_PAGES && effects.now() < until && effects.budget.has(PAGE_COST); page++) {
		const read = await listDeliveries(github, cursor);
		if (!read.ok) {
			// GitHub no longer accepts the cursor: start over.
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
	/** `next`: the next page's cursor; undefined at the end. */
	| { readonly ok: true; readonly deliveries: readonly ListedDelivery[]; readonly next: string | undefined }
	| { readonly ok: false; readonly failure: GitHubFailure };

const PER_PAGE = 100;

const schema = z.array(
	z
		.object({
			// 64 bits: parsed as a bigint if it exceeds JavaScript's safe integers.
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
 * One page of the App's hook deliveries, newest first.
 * https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
 */
async function listDeliveries(github: GitHub, cursor: string | null): Promise<PageReading> {
	const parameters = { per_page: PER_PAGE, ...(cursor !== null && { cursor }) };
	const answer = await github.asApp("GET /app/hook/deliveries", parameters);
	if (!answer.ok) return answer;
	const read = schema.safeParse(answer.value);
	if (!read.success) {
		const fields = read.error.issues.slice(0, 3).map(({ path }) => path.map(String).join("."));
		const detail = `its list of deliveries does not match GitHub's description: ${fields.join(", ")}`;
		return { ok: false, failure: { reason: "unavailable", detail } };
	}
	return { ok: true, deliveries: read.data, next: nextCursor(answer.headers.link) };
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers */
function nextCursor(link: string | number | undefined): string | undefined {
	const url = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ""))?.[1];
	return url !== undefined && URL.canParse(url) ? (new URL(url).searchParams.get("cursor") ?? undefined) : undefined;
}
