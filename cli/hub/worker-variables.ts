import type { Secrets } from "../state/secrets.ts";

/** Variables that are passed to the worker in addition to its secrets; docs/deploy.md lists them. */
const PASSED_ON = ["GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_API_URL", "HEALER_URL"] as const;

export function workerVariables(
	env: Readonly<Record<string, string | undefined>>,
	secrets: Secrets,
	urls: { readonly hub: string; readonly relay: string },
): Record<string, string> {
	// The pipeline gives them their names (docs/notifications.md).
	const notify = Object.keys(env).filter((name) => name.startsWith("HEALER_NOTIFY_"));
	const given = [...PASSED_ON, ...notify].flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
	return {
		HEALER_URL: urls.hub,
		...Object.fromEntries(given),
		...secrets.values,
		...secrets.tokens,
		RELAY_URL: urls.relay,
		// With the directory sink nothing runs CodeRuns, so nothing becomes overdue.
		HEALER_SINK: env.HEALER_SINK?.trim() || "directory",
		// Lets this machine read the dashboard and the status without a token, and makes the worker check for a new active
		// pipeline several times a second.
		HEALER_LOOPBACK: "true",
	};
}
