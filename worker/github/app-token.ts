import { SignJWT } from "jose";
import type { GitHubSettings } from "./github-settings.ts";

// GitHub takes a token for ten minutes at most. Half of them lie in the past, for a machine whose clock is ahead.
const EACH_WAY_S = 300;

/**
 * What proves to GitHub that the App itself asks. `now` is in milliseconds since 1970.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export async function signAppToken(settings: Pick<GitHubSettings, "app_id" | "key">, now: number): Promise<string> {
	const now_s = Math.floor(now / 1000);
	return await new SignJWT()
		.setProtectedHeader({ alg: "RS256", typ: "JWT" })
		.setIssuer(settings.app_id)
		.setIssuedAt(now_s - EACH_WAY_S)
		.setExpirationTime(now_s + EACH_WAY_S)
		.sign(settings.key);
}
