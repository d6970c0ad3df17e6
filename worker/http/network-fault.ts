import { explainCause } from "../log.ts";

/**
 * Why a request got no answer, as one clause for people. workerd reports less than Node: refused and dropped connections have
 * one message, and both an unknown host and an untrusted certificate are `internal error`
 * (https://developers.cloudflare.com/workers/observability/errors/). The text names the host, never credentials or a query.
 */
export function explainFetchError(cause: unknown, url: string | URL): string {
	const host = URL.parse(url)?.host || "it";
	const text = explainCause(cause);
	if (cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError")) {
		return `${host} did not answer in time`;
	}
	if (text.startsWith("Network connection lost")) return `${host} refused or dropped the connection`;
	if (text.startsWith("internal error")) return `DNS cannot resolve ${host}, or its TLS certificate is not trusted`;
	if (text.startsWith("Fetch API cannot load") || text.startsWith("Invalid URL")) return "its URL is not http(s)";
	return withoutCredentials(text, url);
}

/** Cloudflare's own answers in place of the server's: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ */
const BETWEEN: Readonly<Record<number, string>> = {
	502: "a proxy or the tunnel in front of it cannot reach it",
	504: "a proxy or the tunnel in front of it got no answer in time",
	520: "Cloudflare got an invalid answer from it",
	521: "it refused Cloudflare's connection",
	522: "Cloudflare's connection to it timed out",
	523: "Cloudflare has no route to it",
	524: "it did not answer Cloudflare in time",
	525: "its TLS handshake with Cloudflare failed",
	526: "Cloudflare does not trust its TLS certificate",
	530: "Cloudflare cannot reach it: DNS cannot resolve it, or the tunnel has no connector (kubectl -n cto get pods)",
};

/** Explains a status that comes from a proxy, not from the server itself; undefined for all others. */
export function explainStatusBetween(status: number): string | undefined {
	if (status >= 300 && status < 400)
		return "a redirect, for example to a login page in front of it: use the URL behind it";
	return BETWEEN[status];
}

function withoutCredentials(text: string, url: string | URL): string {
	const { username = "", password = "" } = URL.parse(url) ?? {};
	return [password, username].filter(Boolean).reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}
