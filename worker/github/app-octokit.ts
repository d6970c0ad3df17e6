/// <reference path="./bottleneck-light.d.ts" />
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import Bottleneck from "bottleneck/light.js";
import type { Log } from "../log.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { GitHubSettings } from "./github-settings.ts";

/** Two ways to ask: as the App itself, signing for each request, or with an Authorization that is given along. */
export interface AppOctokit {
	readonly app: Octokit;
	readonly bare: Octokit;
}

const HealerOctokit = Octokit.plugin(retry, throttling);

/**
 * Clients for one invocation of the worker. Few retries, and soon: an incident that has to wait does so in the journal,
 * not in memory, so a rate limit is never waited out here.
 */
export function createAppOctokit(settings: GitHubSettings, fetcher: typeof fetch, log: Log): AppOctokit {
	const options = {
		baseUrl: settings.api_url,
		userAgent: "healer",
		request: { fetch: boundedFetch(fetcher) },
		log: { debug: quiet, info: quiet, warn: (message: string) => log.warn(message), error: quiet },
		retry: { retries: 2, retryAfterBaseValue: 250, doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451] },
		throttle: { ...ownLimiters(), onRateLimit: () => false, onSecondaryRateLimit: () => false },
	};
	const auth = { appId: settings.app_id, privateKey: settings.private_key };
	return {
		app: new HealerOctokit({ ...options, authStrategy: createAppAuth, auth }),
		bare: new HealerOctokit(options),
	};
}

/**
 * The plugin's own limiters are one for the whole isolate. Their timers and promises belong to the invocation that made
 * them and end with it (https://developers.cloudflare.com/workers/runtime-apis/bindings/#making-changes-to-bindings
 * tells of the same for bindings), so a later one could wait for a place that is never given back.
 */
function ownLimiters() {
	const group = (options: { readonly maxConcurrent: number; readonly minTime?: number }) =>
		new Bottleneck.Group({ ...options });
	return {
		// A Worker has six connections waiting for headers at most.
		global: group({ maxConcurrent: 4 }),
		auth: group({ maxConcurrent: 2 }),
		search: group({ maxConcurrent: 1, minTime: 2000 }),
		write: group({ maxConcurrent: 1, minTime: 1000 }),
		notifications: group({ maxConcurrent: 1, minTime: 3000 }),
	};
}

function quiet(): void {}
