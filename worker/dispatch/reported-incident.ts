import type { Incident } from "../../pipeline/incident.ts";
import { withoutOthersFindings } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { newerHeads } from "../journal/attempts.ts";
import { withActor, withKnownActor } from "../journal/checks.ts";
import type { IncidentSnapshot } from "../journal/incident-snapshot.ts";
import { atNewerHead } from "./at-newer-head.ts";
import { checkPresses } from "./check-presses.ts";
import { cancelUndecided, explain, packExplanation } from "./end-undecided.ts";
import { joinRun } from "./join-run.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";
import { newestFailure } from "./newest-failure.ts";
import type { Progress } from "./waiting.ts";

/** The incident as all deliveries that count report it, at the newest head of its branch that it was decided for. */
export async function reportedIncident(
	effects: Effects,
	{ locked, known }: IncidentSnapshot,
): Promise<Incident | Progress> {
	const first: Incident = JSON.parse(locked.incident);
	const deliveries = newestFailure(first, known.deliveries(), locked.reopened_at);
	const checked = await checkPresses(effects, locked, first, deliveries);
	if ("state" in checked) return checked;
	if (checked.kind === "refused") {
		const { version } = await effects.engine();
		const explanation = packExplanation(await explain(effects.journal, locked, version, []));
		const found = { explanation, context: "{}", pipeline: version, now: effects.now() };
		return await cancelUndecided(effects, locked, { ...found, reason: checked.why });
	}
	const own = checked.deliveries.map((delivery) => withoutOthersFindings(first.part, delivery));
	const merged = mergeDeliveries(checked.first, own);
	// The commit's run may have been delivered after its check.
	const acted = await withActorOf(effects, merged, first, known);
	const reported = await joinRun(effects, locked, acted, first.run_id === acted.run_id ? known : undefined);
	if ("state" in reported) return reported;
	return atNewerHead(reported, (await newerHeads(effects.journal, locked)).at(-1));
}

/** What is known follows from the incident's own row; another commit that its deliveries name is asked for. */
async function withActorOf(
	effects: Effects,
	merged: Incident,
	first: Incident,
	{ actor }: IncidentSnapshot["known"],
): Promise<Incident> {
	const isOfRow = ASKED_BY.every((field) => merged[field] === first[field]);
	if (!isOfRow) return await withKnownActor(effects.journal, merged);
	return actor === undefined || merged.actor !== undefined || merged.kind !== "ci" ? merged : withActor(merged, actor);
}

const ASKED_BY = ["repository", "branch", "head_sha", "run_id"] as const;
