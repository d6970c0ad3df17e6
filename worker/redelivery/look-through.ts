import type { Cost } from "../budget.ts";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import type { DeliveryScan } from "../journal/delivery-look.ts";
import { keepPage } from "../journal/lost-deliveries.ts";
import { listDeliveries } from "./list-deliveries.ts";

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
