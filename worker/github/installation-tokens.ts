import { SignJWT } from "jose";
import { HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
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

/** What a token is for. */
export type Access = "read" | "write" | "rerun" | "check";
type Permissions = Readonly<Record<string, "read" | "write">>;

/**
 * The permissions of Healer's requests (docs/github.md), for four tokens of one repository each: whoever sees the one that reads
 * cannot write, the one that writes reaches nothing but comments, labels and issues, the one that reruns nothing but GitHub
 * Actions, and the one for check runs nothing but those. Metadata belongs to every token. One token for each permission would cost an incident six requests more.
 */
const WANTED: Readonly<Record<Access, Permissions>> = {
	read: {
		actions: "read",
		checks: "read",
		contents: "read",
		issues: "read",
		pull_requests: "read",
		security_events: "read",
		statuses: "read",
		vulnerability_alerts: "read",
	},
	write: { issues: "write", pull_requests: "write" },
	rerun: { actions: "write" },
	check: { checks: "write" },
};

/** A token to ask for: an installation's, for one repository. */
interface Wanted {
	readonly repository: string;
	readonly access: Access;
}

interface Tools {
	readonly ask: AskAsApp;
	readonly memory: GitHubMemory;
	readonly now: number;
}

/**
 * The token of the installation that has the repository. A payload forwarded by a sensor may name another App's
 * installation; then the repository decides.
 */
export async function tokenFor(of: InstallationOf, access: Access, tools: Tools): Promise<TokenAnswer> {
	const { memory } = tools;
	const repository = of.repository.toLowerCase();
	const wanted = { repository, access };
	for (const id of [of.installation_id, memory.installations.get(repository)]) {
		if (id === undefined) continue;
		const known = await tokenOf(id, wanted, tools);
		if (known.ok || !isOtherwise(known.failure)) return known;
	}
	const [owner, repo] = of.repository.split("/");
	const found = await tools.ask("GET /repos/{owner}/{repo}/installation", { owner, repo });
	if (!found.ok) return found;
	const id = fieldOf(found.value, "id");
	if (typeof id !== "number") return unavailable("the repository's installation has no id");
	remember(memory.installations, repository, id);
	remember(memory.granted, id, { permissions: fieldOf(found.value, "permissions"), until: tools.now + HOUR_MS });
	const token = await tokenOf(id, wanted, tools);
	// GitHub finds a renamed repository by its old name here, but makes no token for that name.
	const isRenamed = !token.ok && token.failure.reason === "refused";
	return isRenamed ? await makeToken(id, wanted, tools, { isNarrow: false }) : token;
}

/** Whether the repository's own installation may give what this one does not: it is another's, or lacks a permission. */
function isOtherwise(failure: GitHubFailure): boolean {
	return failure.reason === "not_found" || (failure.reason === "refused" && failure.status === 422);
}

/** Caches tokens, not promises: no invocation waits for another one's request, which may end before its answer. */
async function tokenOf(id: number, wanted: Wanted, tools: Tools): Promise<TokenAnswer> {
	const kept = tools.memory.tokens.get(tokenKey(id, wanted));
	if (kept !== undefined && kept.until > tools.now) return { ok: true, installation_id: id, value: kept.token };
	return await makeToken(id, wanted, tools, { isNarrow: true });
}

async function makeToken(
	id: number,
	wanted: Wanted,
	{ ask, memory, now }: Tools,
	{ isNarrow }: { readonly isNarrow: boolean },
): Promise<TokenAnswer> {
	const route = "POST /app/installations/{installation_id}/access_tokens";
	const [, repo = ""] = wanted.repository.split("/");
	const granted = memory.granted.get(id);
	const permissions = permissionsOf(
		wanted.access,
		granted !== undefined && granted.until > now ? granted.permissions : undefined,
	);
	const made = await ask(route, { installation_id: id, permissions, ...(isNarrow && { repositories: [repo] }) });
	if (!made.ok) return made;
	const token = fieldOf(made.value, "token");
	if (typeof token !== "string" || token === "") return unavailable("the installation's token is not in the answer");
	const expires = Date.parse(String(fieldOf(made.value, "expires_at")));
	const until = expires - MARGIN_MS;
	if (!Number.isNaN(expires)) remember(memory.tokens, tokenKey(id, wanted), { token, until });
	return { ok: true, installation_id: id, value: token };
}

/**
 * GitHub refuses the whole token when one permission is not granted. So an App that lacks one asks for the others; the requests
 * that need it are refused, each with GitHub's own message.
 */
function permissionsOf(access: Access, granted: unknown): Permissions {
	const wanted = WANTED[access];
	if (typeof granted !== "object" || granted === null) return wanted;
	const own = Object.entries(wanted).flatMap(([name, level]) => {
		const has = fieldOf(granted, name);
		if (has !== "read" && has !== "write" && has !== "admin") return [];
		return [[name, level === "write" && has !== "read" ? "write" : "read"] as const];
	});
	return own.length === 0 ? { metadata: "read" } : Object.fromEntries(own);
}

/** Forgets a token that GitHub no longer accepts. */
export function forgetToken(of: InstallationOf, access: Access, id: number, { tokens }: GitHubMemory): void {
	tokens.delete(tokenKey(id, { repository: of.repository.toLowerCase(), access }));
}

function tokenKey(id: number, { repository, access }: Wanted): string {
	return `${id} ${repository} ${access}`;
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
