/** A hint that an incident may be due; the journal decides whether it is. */
export interface Wakeup {
	readonly incident_id: string;
}

/**
 * Bindings, variables and secrets of the worker: see `wrangler.toml`. `HEALER_NOTIFY_*` have the names that the pipeline gives
 * them (docs/notifications.md).
 */
export interface Env {
	readonly JOURNAL: D1Database;
	readonly DEDUP: KVNamespace;
	readonly WAKEUPS: Queue<Wakeup>;
	/** The queue for deliveries while the journal is unavailable; without it, they are refused then. */
	readonly DELIVERIES?: Queue<unknown>;
	/** Where people reach this worker, for links in notifications; a local hub sets its own. */
	readonly HEALER_URL?: string;
	/** Base URL of the relay. */
	readonly RELAY_URL?: string;
	/** The relay as a Workers VPC service; without it, `RELAY_URL` is reached over the Internet. */
	readonly RELAY?: Fetcher;
	/** One secret, or several while they are rotated, separated by whitespace or commas. */
	readonly GITHUB_WEBHOOK_SECRET?: string;
	/** Bearer tokens by what they allow (`http/rights.ts`); each variable may hold several. */
	readonly HEALER_SENSOR_TOKENS?: string;
	readonly HEALER_READ_TOKENS?: string;
	readonly HEALER_OPERATE_TOKENS?: string;
	readonly HEALER_ADMIN_TOKENS?: string;
	/** The bearer token with all rights; several while it is rotated. */
	readonly HEALER_API_TOKEN?: string;
	/** `directory` if CodeRuns are written to a folder: no controller runs them, so nothing is overdue. */
	readonly HEALER_SINK?: string;
	/** Secrets of the messages between worker and relay; the first one signs. */
	readonly HEALER_WIRE_SECRETS?: string;
	/** The GitHub App for requests to GitHub: its number or client id, and its private key in PEM. */
	readonly GITHUB_APP_ID?: string;
	readonly GITHUB_PRIVATE_KEY?: string;
	/** The API of a GitHub Enterprise Server; `https://api.github.com` unless set. */
	readonly GITHUB_API_URL?: string;
	/** `true` only if the worker listens on loopback alone: reading is then open to Host localhost and 127.0.0.1. */
	readonly HEALER_LOOPBACK?: string;
	/** The page's files; without them the worker has no page. */
	readonly PAGE?: Fetcher;
	/** Cloudflare Access in front of the worker: `TEAM.cloudflareaccess.com`, and the application's audience tag. */
	readonly CF_ACCESS_TEAM_DOMAIN?: string;
	readonly CF_ACCESS_AUD?: string;
	/** JSON: which claims of Access bring which rights (`http/access-user.ts`); unless set, everybody reads. */
	readonly CF_ACCESS_RIGHTS?: string;
}
