import type { Effects } from "../effects.ts";
import { retryTime } from "../github/read-failure.ts";
import { askRepositoryPermission } from "../github/repository-permission.ts";
import type { LockedCommandRequest } from "../journal/commands.ts";
import { asCode } from "../remediation/markdown.ts";

type Permission =
	| { readonly kind: "granted" }
	| { readonly kind: "wait"; readonly until: number }
	/** `why`: Markdown. */
	| { readonly kind: "refused"; readonly why: string };

/**
 * Whether the author may give a command that the event alone does not allow, when the pipeline names sufficient permissions
 * of the repository. A permission that GitHub does not report is refused.
 */
export async function askPermission(effects: Effects, command: LockedCommandRequest): Promise<Permission> {
	const { needs, author, repository, installation_id } = command.request;
	if (needs === undefined || needs.length === 0) return { kind: "granted" };
	const needed = `${asCode(author)} needs ${needs.map(asCode).join(" or ")} on this repository`;
	if (effects.github === undefined) return { kind: "refused", why: `${needed}, and no GitHub App is configured.` };
	const asked = await askRepositoryPermission(effects.github, { repository, installation_id }, author);
	if (!asked.ok) {
		const until = retryTime(effects, asked.problem, { tries: command.tries, since: command.received_at });
		return until === undefined
			? { kind: "refused", why: `${needed}, and GitHub did not report the permission.` }
			: { kind: "wait", until };
	}
	const has = asked.value.some((one) => needs.includes(one));
	return has ? { kind: "granted" } : { kind: "refused", why: `${needed}.` };
}
