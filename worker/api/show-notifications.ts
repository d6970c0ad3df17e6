import type { Effects } from "../effects.ts";
import { countNotifications, targetRows } from "../journal/notifications.ts";
import { findReceiver } from "../notifications/receiver.ts";
import { isoOrNull } from "./iso-time.ts";
import type { NotificationStatus } from "./shapes.ts";

/** The `notifications` part of `GET /api/status`: the pipeline's targets in its order, then others for which messages wait. */
export async function showNotifications({
	engine,
	journal,
	notifications,
	now,
}: Pick<Effects, "engine" | "journal" | "notifications" | "now">): Promise<readonly NotificationStatus[]> {
	const [{ notify }, counts, rows] = await Promise.all([engine(), countNotifications(journal), targetRows(journal)]);
	const known = new Set(notify.map(({ name }) => name));
	const left = [...counts.values()].filter(({ target, pending }) => pending > 0 && !known.has(target));
	return [...notify, ...left.map(({ target }) => ({ name: target }))].map((target) => {
		const { pending = 0, failing = 0, failed = 0, oldest_at = null, last_error = null } = counts.get(target.name) ?? {};
		const row = rows.get(target.name);
		const receiver = "to" in target ? findReceiver(target, notifications) : GONE;
		const waits = pending > 0 && row !== undefined && row.not_before > now();
		return {
			name: target.name,
			to: "to" in target ? target.to : null,
			on: "to" in target ? target.on : [],
			host: receiver.ok ? receiver.value.host : null,
			problem: receiver.ok ? null : receiver.problem,
			...{ pending, failing, failed, oldest_at: isoOrNull(oldest_at) },
			failing_since: isoOrNull(row?.failing_since ?? null),
			last_error: row?.last_error ?? last_error,
			next_try_at: isoOrNull(waits ? row.not_before : null),
			sent_at: isoOrNull(row?.sent_at ?? null),
		};
	});
}

const GONE = {
	ok: false,
	problem: "the active pipeline has no such target: its messages are given up after three days",
} as const;
