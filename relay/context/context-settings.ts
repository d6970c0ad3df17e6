import { fail, ok, type Result } from "../../wire/result.ts";
import { splitList } from "../../wire/secret-list.ts";
import { collector, type Environment } from "../environment.ts";
import type { Endpoint } from "./endpoint.ts";

/** The servers that the in-cluster sources query, and the namespaces they read. Unset ones are not queried. */
export interface ContextSettings {
	readonly argocd?: Endpoint;
	readonly loki?: Endpoint;
	readonly prometheus?: Endpoint;
	readonly grafana?: Endpoint;
	/** In addition to the relay's own. */
	readonly namespaces: readonly string[];
}

export interface ContextSettingsReading {
	readonly settings: ContextSettings;
	readonly problems: readonly string[];
}

/** Reads all settings, and reports every problem at once. No message holds a secret. */
export function readContextSettings(env: Environment): ContextSettingsReading {
	const { take, problems } = collector();
	const argocd = take(readEndpoint(env, "Argo CD", "ARGOCD_SERVER", "ARGOCD_TOKEN"), undefined);
	const loki = take(readEndpoint(env, "Loki", "LOKI_URL", "LOKI_TOKEN"), undefined);
	const tenant = take(readHeader(env, "LOKI_ORG_ID"), undefined);
	const prometheus = take(readEndpoint(env, "Prometheus", "PROMETHEUS_URL", "PROMETHEUS_TOKEN"), undefined);
	const grafana = take(readEndpoint(env, "Grafana", "GRAFANA_URL", "GRAFANA_TOKEN"), undefined);
	const namespaces = take(readNamespaces(env), []);
	const settings: ContextSettings = {
		...(argocd && { argocd }),
		...(loki && { loki: tenant ? { ...loki, headers: { ...loki.headers, "x-scope-orgid": tenant } } : loki }),
		...(prometheus && { prometheus }),
		...(grafana && { grafana }),
		namespaces,
	};
	return { settings, problems };
}

function readEndpoint(
	env: Environment,
	service: string,
	name: string,
	tokenName: string,
): Result<Endpoint | undefined> {
	const given = env[name]?.trim();
	const token = readHeader(env, tokenName);
	if (!token.ok) return token;
	if (!given) return ok(undefined);
	// As for Argo CD's own tools: host and port, with TLS.
	const address = name === "ARGOCD_SERVER" && !given.includes("://") ? `https://${given}` : given;
	if (!URL.canParse(address))
		return fail(`${name} is not an address: give one such as http://loki.observability.svc:3100.`);
	const base = new URL(address);
	if (!/^https?:$/.test(base.protocol)) return fail(`${name} is not an http or https address.`);
	if (base.username || base.password)
		return fail(`${name} contains credentials: put a token into ${tokenName} instead.`);
	if (base.search || base.hash) return fail(`${name} has a query or a fragment: give only the address.`);
	const headers = token.value === undefined ? {} : { authorization: `Bearer ${token.value}` };
	return ok({ service, base, headers, secrets: token.value === undefined ? [] : [token.value] });
}

/** A header value: printable characters, and nothing that could end the header. */
function readHeader(env: Environment, name: string): Result<string | undefined> {
	const given = env[name]?.trim();
	if (!given) return ok(undefined);
	return /^[!-~]{1,8192}$/.test(given)
		? ok(given)
		: fail(`${name} contains characters that are not allowed in a header.`);
}

function readNamespaces(env: Environment): Result<readonly string[]> {
	const given = splitList(env.HEALER_CONTEXT_NAMESPACES);
	if (given.every((name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))) return ok(given);
	return fail("HEALER_CONTEXT_NAMESPACES contains an invalid namespace name: give names separated by commas.");
}
