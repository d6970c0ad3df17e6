import { readPath } from "../expression/read-path.ts";

/**
 * Removes the secret itself from a secret scanning alert (`alert.secret`), so that no mapping, condition or explanation
 * can read it.
 */
export function withoutAlertSecret(payload: unknown): unknown {
	const alert = readPath(payload, ["alert"]);
	if (typeof alert !== "object" || alert === null || !Object.hasOwn(alert, "secret")) return payload;
	const { secret: _, ...known } = alert as Readonly<Record<string, unknown>>;
	return { ...(payload as Readonly<Record<string, unknown>>), alert: known };
}
