import type { Incident } from "../../pipeline/incident.ts";

/**
 * An incident that is decided again for a newer head of its branch. What names no run is about the branch as it is now, so
 * what its event says of the commit no longer counts. A run stays the one that failed.
 */
export function atNewerHead(incident: Incident, newer_head: string | undefined): Incident {
	const { kind, run_id } = incident;
	const isOfBranch = kind === "change" || kind === "manual" || kind === "review";
	if (newer_head === undefined || run_id !== undefined || !isOfBranch) return incident;
	const { commit_message: _message, author: _author, conclusion: _conclusion, ...rest } = incident;
	return { ...rest, head_sha: newer_head };
}
