import type { Incident } from "../../pipeline/incident.ts";
import { withoutOthersFindings } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { newerHeads } from "../journal/attempts.ts";
import { withKnownActor } from "../journal/checks.ts";
import { loadDeliveries } from "../journal/deliveries.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { atNewerHead } from "./at-newer-head.ts";
import { checkPresses } from "./check-presses.ts";
import { cancelUndecided, explain } from "./end-undecided.ts";
import { joinRun } from "./join-run.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";
import { newestFailure } from "./newest-failure.ts";
import type { Progress } from "./waiting.ts";

/** The incident as all deliveries that count report it, at the newest head of its branch that it was decided for. */
export async function reportedIncident(effects: Effects, locked: LockedIncident): Promise<Incident | Progress> {
	const first: Incident = JSON.parse(locked.incident);
	const deliveries = newestFailure(first, await loadDeliveries(effects.journal, locked.id), locked.reopened_at);
	const checked = await checkPresses(effects, locked, first, deliveries);
	if ("state" in checked) return checked;
	if (checked.kind === "refused") {
		const { version } = await effects.engine();
		const explanation = JSON.stringify(explain(locked, version, []));
		const found = { explanation, context: "{}", pipeline: version, now: effects.now() };
		return await cancelUndecided(effects, locked, { ...found, reason: checked.why });
	}
	const own = checked.deliveries.map((delivery) => withoutOthersFindings(first.part, delivery));
	const merged = mergeDeliveries(checked.first, own);
	// The commit's run may have been delivered after its check.
	const reported = await joinRun(effects, locked, await withKnownActor(effects.journal, merged));
	if ("state" in reported) return reported;
	return atNewerHead(reported, (await newerHeads(effects.journal, locked)).at(-1));
}
