import { splitList } from "../wire/secret-list.ts";
import { TOKEN_VARIABLES, type TokenVariable } from "../worker/http/rights.ts";
import { readHubFile } from "./state/hub-file.ts";
import { stateDirOf } from "./state/hub-settings.ts";
import { readKeptSecrets } from "./state/secrets.ts";
import { stateFolderAt } from "./state/state-folder.ts";

/** Addresses and credentials of one Healer's parts; undefined when not given. */
export interface Places {
	readonly worker: string | undefined;
	readonly relay: string | undefined;
	readonly webhookSecrets: readonly string[];
	readonly tokens: Readonly<Record<TokenVariable, readonly string[]>>;
	readonly wireSecrets: readonly string[];
	readonly kubeconfig: string | undefined;
	readonly namespace: string;
}

/**
 * Reads the environment; without HEALER_URL and RELAY_URL there, uses the hub that runs on this state folder, if any.
 */
export async function findPlaces(env: NodeJS.ProcessEnv): Promise<Places> {
	const stateDir = stateDirOf(env);
	const hub = env.HEALER_URL || env.RELAY_URL ? undefined : await readHubFile(stateDir);
	const kept = hub === undefined ? {} : await readKeptSecrets(stateFolderAt(stateDir).secrets);
	const secrets = (name: string) => splitList(env[name] || kept[name]);
	return {
		worker: env.HEALER_URL || hub?.url,
		relay: env.RELAY_URL || hub?.relay_url,
		webhookSecrets: secrets("GITHUB_WEBHOOK_SECRET"),
		tokens: Object.fromEntries(
			TOKEN_VARIABLES.map(({ variable }) => [variable, secrets(variable)]),
		) as Places["tokens"],
		wireSecrets: secrets("HEALER_WIRE_SECRETS"),
		kubeconfig: env.KUBECONFIG || undefined,
		namespace: env.HEALER_NAMESPACE?.trim() || "cto",
	};
}
