import { SignJWT } from "jose";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { GitHubAnswer, GitHubFailure, InstallationOf } from "./github.ts";
import type { GitHubSettings } from "./github-settings.ts";
import { type GitHubMemory, remember } from "./isolate-memory.ts";

/** An installation's token, or why there is none. `value` is secret. */
export type TokenAnswer =
	| { readonly ok: true; readonly installation_id: number; readonly value: string }
	| { readonly ok: false; readonly failure: GitHubFailure };

/** Requests GitHub as the App itself. */
export type AskAsApp = (route: string, parameters: Readonly<Record<string, unknown>>) => Promise<GitHubAnswer<unknown>>;

// A token is valid for an hour; it is not used in its last minutes.
const MARGIN_MS = 5 * MINUTE_MS;

/**
 * The token of the installation that has the repository. A payload forwarded by a sensor may name another App's
 * installation; then the repository decides.
 */
export async function tokenFor(
	of: InstallationOf,
	ask: AskAsApp,
	memory: GitHubMemory,
	now: number,
): Promise<TokenAnswer> {
	const repository = of.repository.toLowerCase();
	for (const id of [of.installation_id, memory.installations.get(repository)]) {
		if (id === undefined) continue;
		const token = await tokenOf(id, ask, memory, now);
		if (token.ok || token.failure.reason !== "not_found") return token;
	}
	const [owner, repo] = of.repository.split("/");
	const found = await ask("GET /repos/{owner}/{repo}/installation", { owner, repo });
	if (!found.ok) return found;
	const id = fieldOf(found.value, "id");
	if (typeof id !== "number") return unavailable("the repository's installation has no id");
	remember(memory.installations, repository, id);
	return await tokenOf(id, ask, memory, now);
}

/** Caches tokens, not promises: no invocation waits for another one's request, which may end before its answer. */
async function tokenOf(id: number, ask: AskAsApp, { tokens }: GitHubMemory, now: number): Promise<TokenAnswer> {
	const kept = tokens.get(id);
	if (kept !== undefined && kept.until > now) return { ok: true, installation_id: id, value: kept.token };
	const route = "POST /app/installations/{installation_id}/access_tokens";
	const made = await ask(route, { installation_id: id });
	if (!made.ok) return made;
	const token = fieldOf(made.value, "token");
	if (typeof token !== "string" || token === "") return unavailable("the installation's token is not in the answer");
	const expires = Date.parse(String(fieldOf(made.value, "expires_at")));
	if (!Number.isNaN(expires)) remember(tokens, id, { token, until: expires - MARGIN_MS });
	return { ok: true, installation_id: id, value: token };
}

function unavailable(detail: string): TokenAnswer {
	return { ok: false, failure: { reason: "unavailable", detail } };
}

function fieldOf(value: unknown, field: string): unknown {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}

// GitHub accepts a validity of ten minutes at most. Half of it lies in the past, for a machine whose clock is ahead.
const EACH_WAY_S = 300;

/**
 * The JSON web token of a request as the App itself. `now` is in milliseconds since 1970.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export async function signAppToken(settings: Pick<GitHubSettings, "app_id" | "key">, now: number): Promise<string> {
	const nowS = Math.floor(now / 1000);
	return await new SignJWT()
		.setProtectedHeader({ alg: "RS256", typ: "JWT" })
		.setIssuer(settings.app_id)
		.setIssuedAt(nowS - EACH_WAY_S)
		.setExpirationTime(nowS + EACH_WAY_S)
		.sign(settings.key);
}
