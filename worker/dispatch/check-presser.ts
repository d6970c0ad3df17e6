import type { Incident } from "../../pipeline/index.ts";
import { WRITER_PERMISSIONS } from "../../pipeline/writer-permissions.ts";
import type { Effects } from "../effects.ts";
import { describeFailure } from "../github/read-failure.ts";
import { askRepositoryPermission } from "../github/repository-permission.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { type Progress, waitForGitHub } from "./waiting.ts";

/** `refused`: why, as a clause. */
export type PresserVerdict =
	| { readonly kind: "allowed" }
	| { readonly kind: "refused"; readonly why: string }
	| Progress;

/**
 * Whether somebody who pressed a check run's button may have an agent with write access: GitHub does not say who may press it,
 * so it is asked for their permission, like a commenter's (`commands/`), before the first attempt. Without an App nobody can be
 * asked.
 */
export async function checkPresser(
	effects: Effects,
	locked: LockedIncident,
	incident: Incident,
): Promise<PresserVerdict> {
	const { command, sender, repository, installation_id } = incident;
	const isButton = command?.name !== undefined && command.comment_id === undefined;
	if (!isButton || sender === undefined || effects.github === undefined || locked.attempt > 1)
		return { kind: "allowed" };

	const asked = await askRepositoryPermission(effects.github, { repository, installation_id }, sender.login);
	if (asked.ok) {
		const needed = (await effects.engine()).settings.commands.permissions ?? WRITER_PERMISSIONS;
		if (asked.value.some((has) => needed.includes(has))) return { kind: "allowed" };
		return { kind: "refused", why: `${sender.login} needs ${needed.join(" or ")} on this repository` };
	}
	const { problem } = asked;
	const why = `GitHub does not say whether ${sender.login} may write: ${describeFailure(problem)}`;
	switch (problem.reason) {
		case "rate_limited":
			return await waitForGitHub(effects, locked, { why, untilMs: problem.until });
		case "unavailable":
			return await waitForGitHub(effects, locked, { why, untilMs: undefined });
		case "not_found":
		case "forbidden":
		case "refused":
			return { kind: "refused", why };
		default:
			return problem satisfies never;
	}
}
