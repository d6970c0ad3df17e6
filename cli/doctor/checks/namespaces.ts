import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { Artefact } from "../../../pipeline/index.ts";
import { loadKubeConfig } from "../../../relay/cluster/kubernetes/load-kube-config.ts";
import { type Check, failed, passed, unknown, warning } from "../check-result.ts";

const NAME = "namespaces";

/** A place that names the namespace of the CodeRuns, and what it says; undefined where it names none. */
interface Place {
	readonly place: string;
	readonly namespace: string | undefined;
}

/**
 * Whether the pipeline, the worker's settings, the manifests and the kubeconfig mean one namespace. `folder` is the
 * pipeline's: the settings and the manifests are beside it.
 */
export async function checkNamespaces(folder: string, env: NodeJS.ProcessEnv, local?: Artefact): Promise<Check> {
	const wrangler = await textOf(path.join(folder, "wrangler.toml"));
	const inWrangler = /^\s*RELAY_URL\s*=\s*["']([^"']*)["']/m.exec(wrangler ?? "")?.[1];
	const binding: readonly Place[] = [
		{ place: "spawn.namespace of the pipeline", namespace: local?.spawn.namespace },
		{ place: "HEALER_NAMESPACE", namespace: env.HEALER_NAMESPACE?.trim() || undefined },
		{ place: "RELAY_URL", namespace: namespaceOfService(env.RELAY_URL) },
		{ place: "RELAY_URL in wrangler.toml", namespace: namespaceOfService(inWrangler) },
		...(await Promise.all(["deploy/relay", "deploy/tunnel"].map((name) => ofKustomization(folder, name)))),
	];
	return compare(binding, { place: "the kubeconfig's context", namespace: namespaceOfContext(env.KUBECONFIG) });
}

function compare(binding: readonly Place[], context: Place): Check {
	const known = binding.filter(({ namespace }) => namespace !== undefined);
	const silent = [...binding, context].filter(({ namespace }) => namespace === undefined).map(({ place }) => place);
	const rest = silent.length === 0 ? "" : ` Not named by ${silent.join(", ")}.`;
	const differ = new Set(known.map(({ namespace }) => namespace)).size > 1;
	if (differ) {
		const cure = "Name the relay's namespace in all of them: a CodeRun for another one is refused.";
		return failed(NAME, `${sayings(known)}.`, cure);
	}
	const [first] = known;
	if (first === undefined || known.length === 1) {
		const cure = "Run doctor beside wrangler.toml and deploy/, with a valid pipeline.";
		return unknown(NAME, `named in ${known.length} place only, not compared.`, cure);
	}
	// Nothing of Healer reads it, but `helm` without -n and kubectl do.
	if (context.namespace !== undefined && context.namespace !== first.namespace) {
		const cure = `Add -n ${first.namespace} to commands of kubectl and helm.`;
		return warning(NAME, `${first.namespace}, but ${context.place} is in ${context.namespace}.`, cure);
	}
	const places = [...known, ...(context.namespace === undefined ? [] : [context])].map(({ place }) => place);
	return passed(NAME, `${first.namespace} in ${places.join(", ")}.${rest}`);
}

function sayings(places: readonly Place[]): string {
	return places.map(({ place, namespace }) => `${place} is ${namespace}`).join(", ");
}

/** `http://healer-relay.cto.svc.cluster.local:8788` is in `cto`; a public hostname names none. */
function namespaceOfService(url: string | undefined): string | undefined {
	return /^[^.]+\.([^.]+)\.svc(?:\.|$)/.exec(URL.parse(url ?? "")?.hostname ?? "")?.[1];
}

async function ofKustomization(folder: string, name: string): Promise<Place> {
	const text = await textOf(path.join(folder, name, "kustomization.yaml"));
	return { place: name, namespace: text === undefined ? undefined : namespaceIn(text) };
}

function namespaceIn(text: string): string | undefined {
	try {
		const { namespace }: { namespace?: unknown } = Object(parse(text));
		return typeof namespace === "string" ? namespace : undefined;
	} catch {
		return undefined;
	}
}

function namespaceOfContext(kubeconfig: string | undefined): string | undefined {
	if (!kubeconfig) return undefined;
	const loading = loadKubeConfig({ KUBECONFIG: kubeconfig });
	if (!loading.ok) return undefined;
	const { kubeConfig } = loading;
	const namespace = kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace;
	// What tools write that choose none.
	return namespace === "default" ? undefined : namespace;
}

async function textOf(file: string): Promise<string | undefined> {
	return await readFile(file, "utf8").catch(() => undefined);
}
