import type { Secrets } from "../state/secrets.ts";

/** What the worker reads besides its secrets, by the names users have (DESIGN section 9). */
const PASSED_ON = ["GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_API_URL", "HEALER_URL"] as const;

export function workerVariables(
	env: Readonly<Record<string, string | undefined>>,
	secrets: Secrets,
	urls: { readonly hub: string; readonly relay: string },
): Record<string, string> {
	const given = PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
	return {
		HEALER_URL: urls.hub,
		...Object.fromEntries(given),
		...secrets.values,
		RELAY_URL: urls.relay,
		// Where CodeRuns go into a folder nobody works, so nothing is overdue.
		HEALER_SINK: env.HEALER_SINK?.trim() || "directory",
		// Opens the dashboard and the status for this machine, and looks at the pipeline in force several times a second.
		HEALER_LOOPBACK: "true",
	};
}
