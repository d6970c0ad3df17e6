import { fail, ok, type Result } from "../../wire/result.ts";
import { parseJson } from "../http/body.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A sensor's payload in GitHub's form; `event` is GitHub's name for it. */
export interface SensorEvent {
	readonly event: string;
	readonly payload: Fields;
}

// The key that identifies each event, most specific first: a run's payload may contain others.
const KEYS = ["workflow_job", "workflow_run", "check_run", "check_suite"] as const;

/**
 * The fields of a body: bare, or under `body` as Argo Events sends it. That is an object or, unless the trigger's parameter
 * sets `useRawData`, its JSON text. An event that names its repository beside a text `body` is bare. Else the problem.
 */
export function unwrapBody(sent: unknown): Result<Fields> {
	if (!isFields(sent)) return fail("the body is not a JSON object");
	const { body } = sent;
	if (isFields(body)) return ok(body);
	if (typeof body !== "string" || "repository" in sent) return ok(sent);
	const read = parseJson(body);
	return read.ok && isFields(read.value) ? ok(read.value) : fail("the text under body is not a JSON object");
}

/** Reads a sensor's CI payload. The key identifies the event. Sensors omit the action; a failure is always `completed`. */
export function readCiEvent(fields: Fields): SensorEvent | undefined {
	const event = KEYS.find((key) => isFields(fields[key]));
	if (event !== undefined) return { event, payload: withAction(fields, "completed") };
	const isStatus = typeof fields.state === "string" && typeof fields.context === "string";
	return isStatus ? { event: "status", payload: fields } : undefined;
}

/** Reads a sensor's security alert. Fields that only one kind has identify the kind. */
export function readAlertEvent(fields: Fields): SensorEvent | undefined {
	const { alert } = fields;
	if (!isFields(alert)) return undefined;
	const event = alertEvent(alert);
	// GitHub's action for the older vulnerability alerts is `create`.
	const action = event === "repository_vulnerability_alert" ? "create" : "created";
	return { event, payload: withAction(fields, action) };
}

function alertEvent(alert: Fields): string {
	if ("secret_type" in alert || "secret_type_display_name" in alert) return "secret_scanning_alert";
	if ("rule" in alert || "most_recent_instance" in alert) return "code_scanning_alert";
	if ("affected_package_name" in alert || "external_identifier" in alert) return "repository_vulnerability_alert";
	return "dependabot_alert";
}

function withAction(fields: Fields, action: string): Fields {
	return typeof fields.action === "string" ? fields : { ...fields, action };
}

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
