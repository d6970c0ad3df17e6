import { DAY_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { dueCommands } from "../journal/commands.ts";
import { requestChangedStatusComments } from "../journal/pull-request-remediations.ts";
import { dueStatusComments } from "../journal/status-comments.ts";
import type { Cost } from "../runtime/budget.ts";
import { answerCommand } from "./answer-command.ts";
import { writeStatusComment } from "./write-status-comment.ts";

const BATCH = 50;
// Of one command or comment. A command for many remediations costs more, but only once.
const COST: Cost = { statements: 30, subrequests: 30 };
// Sequential, as GitHub asks for; the limit keeps a slow GitHub from delaying the rest of the sweep.
const LONGEST_MS = 20_000;
// Comments older than a month are not kept up to date.
const KEPT_UP_MS = 30 * DAY_MS;

/**
 * Continues every unanswered command, and writes the status comments that are due or whose remediations changed state. A
 * failure affects only its own command or comment.
 */
export async function sweepCommands(effects: Effects): Promise<void> {
	const now = effects.now();
	const isOver = () => effects.now() - now > LONGEST_MS || !effects.budget.has(COST);
	for (const id of await dueCommands(effects.journal, now, BATCH)) {
		if (isOver()) return;
		await answerCommand(effects, id);
	}
	await requestChangedStatusComments(effects.journal, { now: effects.now(), since: now - KEPT_UP_MS });
	for (const key of await dueStatusComments(effects.journal, effects.now(), BATCH)) {
		if (isOver()) return;
		try {
			await writeStatusComment(effects, key);
		} catch (cause) {
			effects.log.error("writing the status comment failed", { ...key, cause });
		}
	}
}
