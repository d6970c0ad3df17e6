import type { Effects } from "../effects.ts";
import { dueCommands } from "../journal/commands.ts";
import { requestChangedStatusComments } from "../journal/pull-request-remediations.ts";
import { dueStatusComments } from "../journal/status-comments.ts";
import type { Cost } from "../runtime/budget.ts";
import { answerCommand } from "./answer-command.ts";
import { writeStatusComment } from "./status-comment.ts";

const BATCH = 50;
// Of one command or comment. A command for many remediations costs more, and does so once.
const COST: Cost = { statements: 30, subrequests: 30 };
// One after the other, as GitHub wants it; a GitHub that is slow shall not keep the rest of the sweep waiting.
const LONGEST_MS = 20_000;
// Nobody reads what a comment of last month says now.
const KEPT_UP_MS = 30 * 24 * 3600 * 1000;

/**
 * Goes on with every command that was not answered yet, and writes the comments of pull requests that are due or whose
 * remediations went on. One that fails costs itself only.
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
			effects.log.error("a pull request's comment could not be written", { ...key, cause });
		}
	}
}
