import * as z from "zod";
import { becauseSentence } from "../../pipeline/because.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { incidentTitle } from "../../pipeline/incident-title.ts";
import { INCIDENT_NOTIFY_EVENTS } from "../../pipeline/notify-events.ts";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import type { NotificationTools } from "../effects.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import type { NotificationEvent } from "../journal/notification-events.ts";
import { readStored } from "../journal/stored-json.ts";

const unknownOr = z.string().nullable();

const incidentData = z.strictObject({
	id: z.string(),
	/** Its page. */
	url: unknownOr,
	status: z.enum(INCIDENT_NOTIFY_EVENTS),
	/** Why, in one sentence. */
	reason: unknownOr,
	repository: z.string(),
	branch: unknownOr,
	kind: z.string(),
	/** What failed: the workflow, check, alert or stage; and the job or package in it. */
	title: z.string(),
	part: unknownOr,
	pr_number: z.number().nullable(),
	pr_url: unknownOr,
	/** What failed, on GitHub. */
	run_url: unknownOr,
	agent: unknownOr,
	failure_type: unknownOr,
	rule: unknownOr,
	/** Who fixes it and why, with the decisive line of the log. */
	verdict: unknownOr,
	attempt: z.number(),
	created_at: z.iso.datetime(),
});

const pauseData = z.strictObject({
	/** What is paused until a person resumes it: one of both, the other is null. */
	repository: unknownOr,
	agent: unknownOr,
	reason: unknownOr,
	/** The page that resumes it. */
	url: unknownOr,
	/** The incident whose attempt failed last. */
	incident_id: unknownOr,
});

const deliveryData = z.strictObject({ id: z.string(), event: unknownOr });

/** What a webhook receives, and what Slack's text is made of. docs/notifications.md has every field; a test compares them. */
export const notificationMessage = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.enum(INCIDENT_NOTIFY_EVENTS.map((event) => `incident.${event}` as const)),
		timestamp: z.iso.datetime(),
		data: z.strictObject({ incident: incidentData }),
	}),
	z.strictObject({
		type: z.literal("delivery.lost"),
		timestamp: z.iso.datetime(),
		data: z.strictObject({ delivery: deliveryData }),
	}),
	z.strictObject({
		type: z.literal("pause.started"),
		timestamp: z.iso.datetime(),
		data: z.strictObject({ pause: pauseData }),
	}),
	z.strictObject({
		type: z.literal("test"),
		timestamp: z.iso.datetime(),
		data: z.strictObject({ target: z.string(), requested_by: z.string() }),
	}),
]);

export type NotificationMessage = z.infer<typeof notificationMessage>;
type IncidentData = z.infer<typeof incidentData>;

/** The message about an event. `row`: its incident, which is missing only if somebody deleted it. */
export function messageOf(
	event: NotificationEvent,
	row: IncidentRow | undefined,
	tools: Pick<NotificationTools, "page_url" | "github_url">,
): NotificationMessage | undefined {
	const timestamp = new Date(event.at).toISOString();
	if (event.event === "lost_delivery") {
		const delivery = { id: shortened(event.reason ?? ""), event: event.subject };
		return { type: "delivery.lost", timestamp, data: { delivery } };
	}
	if (event.event === "paused") return { type: "pause.started", timestamp, data: { pause: pauseOf(event, tools) } };
	if (row === undefined) return undefined;
	const incident = cutTexts(redactData(incidentOf(event.event, event, row, tools)));
	return { type: `incident.${event.event}`, timestamp, data: { incident } };
}

function pauseOf(
	{ subject, reason, incident_id }: NotificationEvent,
	{ page_url }: Pick<NotificationTools, "page_url">,
): z.infer<typeof pauseData> {
	const [scope, ...name] = (subject ?? "").split(":");
	const paused = shortened(name.join(":"));
	return {
		repository: scope === "repository" ? paused : null,
		agent: scope === "agent" ? paused : null,
		reason: reason === null ? null : shortened(reason),
		url: page_url === undefined ? null : `${page_url}/hub`,
		incident_id,
	};
}

function incidentOf(
	status: IncidentData["status"],
	event: NotificationEvent,
	row: IncidentRow,
	{ page_url, github_url }: Pick<NotificationTools, "page_url" | "github_url">,
): IncidentData {
	const read = readStored("incidents.incident", row.incident);
	// A damaged row is no reason to notify nobody.
	const failure = read.ok ? read.value : undefined;
	return {
		id: row.id,
		url: page_url === undefined ? null : `${page_url}/incidents/${row.id}`,
		status,
		reason: event.reason,
		repository: row.repository,
		branch: row.branch,
		kind: row.kind,
		...(failure === undefined ? { title: row.event, part: null } : incidentTitle(failure)),
		pr_number: failure?.pr_number ?? null,
		pr_url: pullRequestUrl(github_url, row.repository, failure?.pr_number),
		run_url: failureUrl(github_url, row, failure),
		agent: row.agent,
		failure_type: row.failure_type,
		rule: row.rule,
		verdict: verdictOf(row),
		attempt: event.attempt ?? row.attempt,
		created_at: new Date(row.created_at).toISOString(),
	};
}

function verdictOf({ explanation }: IncidentRow): string | null {
	const read = readStored("incidents.explanation", explanation);
	return read.ok && read.value.because !== undefined ? becauseSentence(read.value.because) : null;
}

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

function pullRequestUrl(web: string, repository: string, number: number | undefined): string | null {
	return number === undefined || !REPOSITORY.test(repository) ? null : `${web}/${repository}/pull/${number}`;
}

/** Only on the repository's own GitHub: whoever chose another address would have people follow it on our word. */
function failureUrl(web: string, { repository, run_id }: IncidentRow, failure: Incident | undefined): string | null {
	if (run_id !== null && /^\d+$/.test(run_id) && REPOSITORY.test(repository))
		return `${web}/${repository}/actions/runs/${run_id}`;
	const url = failure?.url;
	const isOwn = url !== undefined && URL.parse(url)?.origin === web && /^[\w./%?=&#~:+,;-]{1,2000}$/.test(url);
	return isOwn ? url : null;
}

const LONGEST = 500;

/** Texts of payloads and logs: long enough to recognise the failure, short enough for any receiver. */
function cutTexts(data: IncidentData): IncidentData {
	const cut = Object.entries(data).map(([name, value]) => [
		name,
		typeof value === "string" && !name.endsWith("url") ? shortened(value) : value,
	]);
	return Object.fromEntries(cut) as IncidentData;
}

function shortened(text: string): string {
	const whole = text.toWellFormed();
	return whole.length > LONGEST ? `${whole.slice(0, LONGEST).toWellFormed()}…` : whole;
}
