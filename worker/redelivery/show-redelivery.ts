import { isoOf, isoOrNull } from "../api/iso-of.ts";
import type { Effects } from "../effects.ts";
import { readDeliveryScan } from "../journal/delivery-look.ts";
import { countFailedDeliveries } from "../journal/lost-deliveries.ts";

/** What `GET /api/status` says about deliveries that GitHub failed to hand over. */
export async function showRedelivery({ github, journal, now }: Pick<Effects, "github" | "journal" | "now">) {
	if (github === undefined) return { configured: false } as const;
	const [look, counts] = await Promise.all([readDeliveryScan(journal), countFailedDeliveries(journal)]);
	return {
		configured: true,
		...counts,
		scanned_at: isoOrNull(look?.scanned_at ?? null),
		waits_until: look !== undefined && look.not_before > now() ? isoOf(look.not_before) : null,
		problem: look?.problem ?? null,
	} as const;
}
