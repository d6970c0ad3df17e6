import type { Effects } from "../effects.ts";
import { showDeliveryLook } from "../journal/delivery-look.ts";
import { countLostDeliveries } from "../journal/lost-deliveries.ts";

/** What `GET /api/status` says about deliveries that GitHub failed to hand over. */
export async function showRedelivery({ github, journal, now }: Pick<Effects, "github" | "journal" | "now">) {
	if (github === undefined) return { configured: false } as const;
	const [look, counts] = await Promise.all([showDeliveryLook(journal), countLostDeliveries(journal)]);
	return {
		configured: true,
		...counts,
		looked_at: isoOf(look?.looked_at),
		waits_until: (look?.not_before ?? 0) > now() ? isoOf(look?.not_before) : null,
		problem: look?.problem ?? null,
	} as const;
}

function isoOf(ms: number | null | undefined): string | null {
	return ms == null ? null : new Date(ms).toISOString();
}
