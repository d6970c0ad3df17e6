import { generateKeyPairSync, randomUUID } from "node:crypto";
import { errors, jwtVerify } from "jose";
import { RepositoryState } from "./repository-state.ts";
import { type App, type Delivery, samples } from "./samples.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** An App's private key, in both forms that are about: GitHub hands out PKCS#1. */
export const APP_KEY = {
	pkcs1: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
	pkcs8: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
} as const;
export const APP_ID = 4711;

/** What a test says of a delivery that GitHub made, or failed to make. */
export interface PutDelivery {
	readonly event: string;
	readonly payload: unknown;
	/** What Healer answered; anything but 2xx, or 0, is a failure. */
	readonly status_code: number;
	readonly delivered_at: string;
	/** Shared by all deliveries of one event; a new one unless given. */
	readonly guid?: string;
	readonly redelivery?: boolean;
}

/** The App of the tests: who it is, where it is installed, what its hook delivered. */
export class AppState {
	readonly app: App = samples.app({
		id: APP_ID,
		slug: "healer",
		permissions: { actions: "read", contents: "read", pull_requests: "read" },
	});
	readonly repositories = new Map<string, RepositoryState>();
	/** Each with the installation that it was made for. */
	readonly tokens = new Map<string, number>();
	/** Oldest first. */
	readonly deliveries: Delivery[] = [];

	/** The repository of this name, made when there is none: the App is installed there, each owner has one installation. */
	repository(fullName: string): RepositoryState {
		const known = this.repositories.get(fullName.toLowerCase());
		if (known !== undefined) return known;
		const made = new RepositoryState(fullName, this.installationOf(fullName));
		this.repositories.set(fullName.toLowerCase(), made);
		return made;
	}

	putDelivery(put: PutDelivery): Delivery {
		const isOk = put.status_code >= 200 && put.status_code < 300;
		const action = actionOf(put.payload);
		const delivery = samples.delivery({
			id: 1_000_000 + this.deliveries.length,
			guid: put.guid ?? randomUUID(),
			event: put.event,
			action,
			delivered_at: put.delivered_at,
			status: isOk ? "OK" : `Invalid HTTP Response: ${put.status_code}`,
			status_code: put.status_code,
			redelivery: put.redelivery ?? false,
		});
		const made = {
			...delivery,
			request: { ...delivery.request, payload: put.payload as Delivery["request"]["payload"] },
		};
		this.deliveries.push(made);
		return made;
	}

	installationOf(fullName: string): number {
		const [owner = ""] = fullName.toLowerCase().split("/");
		const sibling = [...this.repositories.values()].find((one) => one.fullName.toLowerCase().startsWith(`${owner}/`));
		return (
			sibling?.installationId ?? 100 + new Set([...this.repositories.values()].map((one) => one.installationId)).size
		);
	}

	makeToken(installationId: number): string {
		const token = `ghs_${randomUUID().replaceAll("-", "")}`;
		this.tokens.set(token, installationId);
		return token;
	}
}

export type AppClaim = { readonly ok: true } | { readonly ok: false; readonly message: string };

/**
 * Holds an App's JWT to GitHub's rules: RS256 by its key, `iss` its id, good for 10 minutes at most.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export async function checkAppToken(token: string): Promise<AppClaim> {
	try {
		const { payload } = await jwtVerify(token, publicKey, {
			algorithms: ["RS256"],
			issuer: String(APP_ID),
			clockTolerance: 5,
			requiredClaims: ["iat", "exp"],
		});
		const now = Date.now() / 1000;
		if ((payload.exp ?? 0) > now + 600 + 5) {
			return { ok: false, message: "'Expiration time' claim ('exp') is too far in the future" };
		}
		if ((payload.iat ?? 0) > now + 5) {
			return { ok: false, message: "'Issued at' claim ('iat') must be an Integer representing the time in the past" };
		}
		return { ok: true };
	} catch (error) {
		if (!(error instanceof errors.JOSEError)) throw error;
		return { ok: false, message: "A JSON web token could not be decoded" };
	}
}

function actionOf(payload: unknown): string | null {
	if (typeof payload !== "object" || payload === null || !("action" in payload)) return null;
	return typeof payload.action === "string" ? payload.action : null;
}
