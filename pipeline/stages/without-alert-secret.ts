import { readPath } from "../expression/read-path.ts";

/**
 * The payload without the very secret that a secret scanning alert may tell (`alert.secret`): no mapping, no condition
 * and no explanation gets to see it.
 */
export function withoutAlertSecret(payload: unknown): unknown {
	const alert = readPath(payload, ["alert"]);
	if (typeof alert !== "object" || alert === null || !Object.hasOwn(alert, "secret")) return payload;
	const { secret: _, ...known } = alert as Readonly<Record<string, unknown>>;
	return { ...(payload as Readonly<Record<string, unknown>>), alert: known };
}
