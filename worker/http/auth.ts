import { bytesToHex } from "@noble/hashes/utils.js";
import { readSecretList } from "../../wire/secret-list.ts";
import type { Env } from "../env.ts";
import { accessUser } from "./access-user.ts";
import { type Right, TOKEN_VARIABLES, withIncluded } from "./rights.ts";

/** Who acts, for timeline and audit trail. */
export interface Caller {
	readonly who: string;
	/** How the caller proved it. */
	readonly proof: "token" | "access" | "loopback";
	/** The beginning of the token's hash, which tells tokens of one variable apart. */
	readonly token: string | null;
}

interface Proof extends Caller {
	readonly rights: readonly Right[];
	/** The browser sends it by itself, whichever site asks (CSRF). */
	readonly isAmbient: boolean;
}

export type Authorization =
	| { readonly ok: true; readonly caller: Caller }
	/** Nobody known. */
	| { readonly ok: false; readonly status: 401 }
	/** Somebody known, without this right. */
	| { readonly ok: false; readonly status: 403; readonly caller: Caller };

/**
 * Whether the request may do what needs this right: by a bearer token, as a user of Cloudflare Access, or on loopback. What
 * changes something has to come from the page if the browser adds the proof by itself.
 */
export async function authorize(request: Request, env: Env, right: Right): Promise<Authorization> {
	const isFromPage = request.method === "GET" || comesFromPage(request);
	const proofs = (await proofsOf(request, env)).filter(({ isAmbient }) => isFromPage || !isAmbient);
	const found = proofs.find(({ rights }) => rights.includes(right));
	if (found !== undefined) return { ok: true, caller: callerOf(found) };
	// Loopback knows nobody: a token may help.
	const known = proofs.find(({ proof }) => proof !== "loopback");
	return known === undefined ? { ok: false, status: 401 } : { ok: false, status: 403, caller: callerOf(known) };
}

function callerOf({ who, proof, token }: Proof): Caller {
	return { who, proof, token };
}

/** The caller's name and all rights, as the page's own requests have them. */
export async function viewerOf(
	request: Request,
	env: Env,
): Promise<{ readonly who: string | null; readonly rights: readonly Right[] }> {
	const proofs = await proofsOf(request, env);
	return { who: proofs[0]?.who ?? null, rights: withIncluded(proofs.flatMap(({ rights }) => rights)) };
}

async function proofsOf(request: Request, env: Env): Promise<readonly Proof[]> {
	const proofs = [await tokenProof(request, env), await accessProof(request, env), loopbackProof(request, env)];
	return proofs.filter((proof) => proof !== undefined);
}

async function tokenProof(request: Request, env: Env): Promise<Proof | undefined> {
	const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
	if (given === undefined) return undefined;
	const hash = await digest(given);
	// Compares with every token in constant time: how long it takes says nothing about which one was nearly right.
	const matching = await Promise.all(
		TOKEN_VARIABLES.map(async ({ variable }) => {
			const hashes = await Promise.all(readSecretList(env[variable]).map(digest));
			return hashes.map((one) => crypto.subtle.timingSafeEqual(one, hash)).includes(true);
		}),
	);
	const held = TOKEN_VARIABLES.filter((_, at) => matching[at]);
	const strongest = held.at(-1);
	if (strongest === undefined) return undefined;
	const rights = withIncluded(held.flatMap((one): readonly Right[] => one.rights));
	const token = bytesToHex(new Uint8Array(hash).subarray(0, 4));
	return { who: strongest.name, proof: "token", token, rights, isAmbient: false };
}

async function accessProof(request: Request, env: Env): Promise<Proof | undefined> {
	const user = await accessUser(request, env);
	return user && { who: user.name, proof: "access", token: null, rights: user.rights, isAmbient: true };
}

/**
 * On loopback reading is open if the Host header is a loopback name, and the page may operate. The name stops DNS rebinding:
 * a foreign page whose name points at 127.0.0.1 sends that name (docs/access.md).
 */
function loopbackProof(request: Request, env: Env): Proof | undefined {
	if (env.HEALER_LOOPBACK !== "true" || !namesLoopback(request)) return undefined;
	const rights = ["read", "operate"] as const;
	return { who: "somebody on this machine", proof: "loopback", token: null, rights, isAmbient: true };
}

/**
 * Another origin can set a custom header only after a CORS preflight, which nothing here answers. The browser also names the
 * origin: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
function comesFromPage(request: Request): boolean {
	if (request.headers.get("x-healer-page") !== "1") return false;
	const origin = request.headers.get("origin");
	const site = request.headers.get("sec-fetch-site");
	return URL.parse(origin ?? "")?.host === hostOf(request) && (site === null || site === "same-origin");
}

function namesLoopback(request: Request): boolean {
	return /^(localhost|127\.0\.0\.1)(:\d{1,5})?$/i.test(hostOf(request));
}

function hostOf(request: Request): string {
	return request.headers.get("host") ?? new URL(request.url).host;
}

function digest(text: string): Promise<ArrayBuffer> {
	return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
