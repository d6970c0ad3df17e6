const GITHUB_WEB = "https://github.com";

/**
 * Where people see the repositories of this API, without a trailing slash: `https://github.com`, or an Enterprise's host.
 * Undefined for an API on this machine, which only tests serve.
 * https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export function findWebAddress(apiUrl: string | undefined): string | undefined {
	const given = apiUrl?.trim();
	if (!given) return GITHUB_WEB;
	const host = URL.parse(given)?.host;
	if (host === undefined || /^(?:127\.0\.0\.1|localhost|\[::1\])(?::|$)/.test(host)) return undefined;
	return `https://${/^api\.(?:github\.com|[^.]+\.ghe\.com)$/.test(host) ? host.slice("api.".length) : host}`;
}

/** The same; GitHub's own where there is none. */
export function webAddressOf(apiUrl: string | undefined): string {
	return findWebAddress(apiUrl) ?? GITHUB_WEB;
}
