import * as z from "zod";
import { parseResponse } from "../github/repo-client.ts";
import type { Recheck } from "./recheck.ts";

const alertSchema = z.object({ state: z.string() });

const CLOSED = ["fixed", "dismissed", "auto_dismissed"];

/**
 * An alert: GitHub says that it is closed. Without the permission to ask, GitHub does not say. Of a leaked secret only its
 * events tell: the permission to ask would let Healer read the secret.
 */
export async function alertClosed(about: Recheck): Promise<string | undefined> {
	const answer = parseResponse(alertSchema, await ask(about));
	if (!answer.ok || !CLOSED.includes(answer.value.state)) return undefined;
	return `alert #${about.incident.alert?.number} was closed as ${answer.value.state}`;
}

async function ask({ client: { get, repo }, incident: { alert } }: Recheck) {
	const alert_number = alert?.number;
	if (alert_number === undefined) return UNKNOWN;
	switch (alert?.type) {
		case "dependabot":
		case "vulnerability":
			return await get("GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}", { ...repo, alert_number });
		case "code_scanning":
			return await get("GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}", { ...repo, alert_number });
		default:
			return UNKNOWN;
	}
}

const UNKNOWN = { ok: false, failure: { reason: "not_found", detail: "no such kind of alert" } } as const;
