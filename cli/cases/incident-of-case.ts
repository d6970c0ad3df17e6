import type { Artefact, Incident, IncidentKind } from "../../pipeline/index.ts";
import type { FailureCase } from "./failure-case.ts";

/** The event that reports a failure, or an alert, unless a case names another. */
const USUAL_EVENT = "workflow_job";
const USUAL_ALERT_EVENT = "dependabot_alert";

/**
 * The incident that a delivery of this failure would become. Required fields that a case does not give get values that
 * the pipeline's filters accept.
 */
export function incidentOfCase(artefact: Artefact, defaults: FailureCase): Incident {
	const event = defaults.event ?? (defaults.alert ? USUAL_ALERT_EVENT : USUAL_EVENT);
	const entry = artefact.events.find(({ on, name }) => on === event || name === event);
	const id = String(defaults.id ?? "case");
	return {
		id,
		kind: entry === undefined || entry.kind === "command" ? kindOf(event, defaults) : entry.kind,
		event: entry?.name ?? event,
		delivery_id: id,
		repository: defaults.repository ?? allowedRepository(artefact),
		...compact({
			branch: defaults.branch,
			workflow: workflowOf(defaults),
			job: defaults.job_name,
			failed_steps: defaults.failed_steps?.length ? defaults.failed_steps : undefined,
			conclusion: defaults.conclusion ?? (defaults.alert || isAlertEvent(event) ? undefined : "failure"),
			commit_message: defaults.commit_message,
			evidence: defaults.evidence,
			alert: defaults.alert ? compact(defaults.alert) : undefined,
		}),
	};
}

function workflowOf({ workflow_name: name, workflow_path: path }: FailureCase): Incident["workflow"] {
	return name || path ? compact({ name, path }) : undefined;
}

/** For events without an entry in the pipeline. */
function kindOf(event: string, { alert }: FailureCase): IncidentKind {
	return alert || isAlertEvent(event) ? "security" : "ci";
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads */
function isAlertEvent(event: string): boolean {
	return /_alert$|^(security|repository)_advisory$/.test(event);
}

/** A repository that `settings.repositories` allows: a glob becomes a name that it matches. */
function allowedRepository({ settings }: Artefact): string {
	const pattern = settings.repositories.find((glob) => /^[\w.*-]+\/[\w.*-]+$/.test(glob)) ?? "owner/name";
	return pattern.replaceAll("*", "any");
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Drops fields that are null, undefined or an empty string: a missing value is always an absent field. */
export function compact<T extends object>(fields: T): Present<T> {
	const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== "");
	return Object.fromEntries(given) as Present<T>;
}
