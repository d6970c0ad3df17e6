import { readPrivateKey } from "./private-key.ts";

/** The App's environment variables (docs/deploy.md). */
export interface GitHubVariables {
	readonly GITHUB_APP_ID?: string;
	readonly GITHUB_PRIVATE_KEY?: string;
	readonly GITHUB_API_URL?: string;
}

export interface GitHubSettings {
	readonly app_id: string;
	/** Signs with RS256. */
	readonly key: CryptoKey;
	/** Without a trailing slash. */
	readonly api_url: string;
}

export type SettingsReading =
	| { readonly ok: true; readonly settings: GitHubSettings }
	/** One sentence for people, with the variable's name and without its value. */
	| { readonly ok: false; readonly problem: string };

export const GITHUB_API_URL = "https://api.github.com";

/** Whether the variables configure an App at all. */
export function isAppNamed({ GITHUB_APP_ID, GITHUB_PRIVATE_KEY }: GitHubVariables): boolean {
	return Boolean(GITHUB_APP_ID?.trim() || GITHUB_PRIVATE_KEY?.trim());
}

/** Checks the settings once, before the first request: GitHub's answer to a bad key names none of these problems. */
export async function readGitHubSettings(variables: GitHubVariables): Promise<SettingsReading> {
	const app_id = variables.GITHUB_APP_ID?.trim();
	if (!app_id) return wrong("GITHUB_APP_ID is not set, GITHUB_PRIVATE_KEY is.");
	if (!/^[A-Za-z0-9.]{1,64}$/.test(app_id)) {
		return wrong("GITHUB_APP_ID is neither an App's number nor its client id.");
	}
	if (!variables.GITHUB_PRIVATE_KEY?.trim()) return wrong("GITHUB_PRIVATE_KEY is not set, GITHUB_APP_ID is.");
	const api_url = readApiUrl(variables.GITHUB_API_URL?.trim() || GITHUB_API_URL);
	if (api_url === undefined) return wrong("GITHUB_API_URL is not the https address of an API.");
	const key = await readPrivateKey(variables.GITHUB_PRIVATE_KEY);
	return key.ok ? { ok: true, settings: { app_id, key: key.key, api_url } } : wrong(key.problem);
}

function wrong(problem: string): SettingsReading {
	return { ok: false, problem };
}

/** Plain http is allowed for this machine only: every request carries the App's token. */
function readApiUrl(text: string): string | undefined {
	if (!URL.canParse(text)) return undefined;
	const { protocol, origin, pathname, hostname } = new URL(text);
	const isHere = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
	if (protocol !== "https:" && !(protocol === "http:" && isHere)) return undefined;
	return (origin + pathname).replace(/\/+$/, "");
}
