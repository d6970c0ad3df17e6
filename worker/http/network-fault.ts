import { messageOf } from "../log.ts";

/**
 * Why a request got no answer, as one clause for people. workerd says less than Node: refused and cut connections are
 * one message, and a host that DNS does not know and a certificate that is not accepted are `internal error`
 * (https://developers.cloudflare.com/workers/observability/errors/). The host is named, never credentials or a query.
 */
export function explainFetchError(cause: unknown, url: string | URL): string {
	const host = URL.parse(url)?.host || "it";
	const text = messageOf(cause);
	if (cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError")) {
		return `${host} does not answer in time`;
	}
	if (text.startsWith("Network connection lost")) return `${host} refuses or cuts the connection`;
	if (text.startsWith("internal error")) return `DNS does not know ${host}, or its TLS certificate is not accepted`;
	if (text.startsWith("Fetch API cannot load") || text.startsWith("Invalid URL")) return "its address is not http(s)";
	return withoutCredentials(text, url);
}

/** What Cloudflare itself answers where the server behind a hostname does not: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ */
const BETWEEN: Readonly<Record<number, string>> = {
	502: "a proxy or the tunnel before it cannot reach it",
	504: "a proxy or the tunnel before it got no answer in time",
	520: "Cloudflare got an answer that it does not understand",
	521: "it refuses Cloudflare's connection",
	522: "Cloudflare cannot connect to it in time",
	523: "Cloudflare finds no route to it",
	524: "it does not answer Cloudflare in time",
	525: "its TLS handshake with Cloudflare fails",
	526: "Cloudflare does not accept its TLS certificate",
	530: "Cloudflare finds no way to it: DNS does not know it, or the tunnel has no connector (kubectl -n cto get pods)",
};

/** What a status says that something between made, and not who was asked; undefined for all others. */
export function explainStatusBetween(status: number): string | undefined {
	if (status >= 300 && status < 400) return "a redirect, as of a login page before it: give the address behind it";
	return BETWEEN[status];
}

function withoutCredentials(text: string, url: string | URL): string {
	const { username = "", password = "" } = URL.parse(url) ?? {};
	return [password, username].filter(Boolean).reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}
