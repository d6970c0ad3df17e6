import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type {
	V1ConfigMap,
	V1Deployment,
	V1LabelSelector,
	V1NetworkPolicy,
	V1NetworkPolicyPeer,
	V1NetworkPolicyPort,
	V1PodDisruptionBudget,
	V1Service,
} from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";
import { renderKustomization } from "../cluster/servers/kustomize-program.ts";

const DEPLOY = path.join(import.meta.dirname, "../../deploy");

interface Kinds {
	readonly ConfigMap: V1ConfigMap;
	readonly Deployment: V1Deployment;
	readonly NetworkPolicy: V1NetworkPolicy;
	readonly PodDisruptionBudget: V1PodDisruptionBudget;
	readonly Service: V1Service;
}

/** The objects that `kubectl apply -k` would send for a folder of `deploy/`, or for a changed copy of it. */
export async function renderedObjects(
	folder: string,
): Promise<<Kind extends keyof Kinds>(kind: Kind) => Kinds[Kind][]> {
	const text = await renderKustomization(path.resolve(DEPLOY, folder));
	const objects: { readonly kind: string }[] = parseAllDocuments(text).map((document) => document.toJS());
	return (kind) => objects.filter((object) => object.kind === kind) as never[];
}

/** A copy of a folder of `deploy/` that the test may edit. */
export async function copyOfDeploy(folder: string): Promise<string> {
	const copy = await mkdtemp(path.join(tmpdir(), "healer-deploy-"));
	onTestFinished(() => rm(copy, { recursive: true, force: true }));
	await cp(path.join(DEPLOY, folder), copy, { recursive: true });
	return copy;
}

export interface Pod {
	readonly namespace: string;
	readonly labels: Readonly<Record<string, string>>;
	/** Numbers of its named ports. */
	readonly ports?: Readonly<Record<string, number>>;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors: an empty one selects all. */
export function selects(selector: V1LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
	if (selector === undefined) return false;
	const wanted = Object.entries(selector.matchLabels ?? {});
	return (
		wanted.every(([key, value]) => labels[key] === value) &&
		(selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
			if (operator !== "In") throw new Error(`the operator ${operator} is not known here`);
			return values.includes(labels[key] ?? "");
		})
	);
}

/**
 * Whether these policies let one Pod connect to another: its own egress and the other's ingress must both allow it, and
 * a Pod that no policy selects may do everything (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
 */
export function mayConnect(policies: readonly V1NetworkPolicy[], from: Pod, to: Pod, port: number): boolean {
	return allows(policies, "Egress", from, to, port, to) && allows(policies, "Ingress", to, from, port, to);
}

/** `of`: the Pod whose rules are read; `peer`: the other side; `listener`: the one that has the port. */
function allows(
	policies: readonly V1NetworkPolicy[],
	type: "Egress" | "Ingress",
	of: Pod,
	peer: Pod,
	port: number,
	listener: Pod,
): boolean {
	const its = policies.filter(
		({ metadata, spec }) =>
			metadata?.namespace === of.namespace &&
			selects(spec?.podSelector, of.labels) &&
			spec?.policyTypes?.includes(type),
	);
	if (its.length === 0) return true;
	return its.some(({ metadata, spec }) => {
		const rules = type === "Egress" ? spec?.egress?.map(({ to, ports }) => ({ peers: to, ports })) : undefined;
		const ingress =
			type === "Ingress"
				? spec?.ingress?.map(({ _from, ports, ...rest }) => ({ peers: _from ?? fromOf(rest), ports }))
				: undefined;
		return (rules ?? ingress ?? []).some(
			({ peers, ports }) =>
				(peers === undefined || peers.some((one) => isPeer(one, metadata?.namespace, peer))) &&
				(ports === undefined || ports.some((one) => isPort(one, port, listener))),
		);
	});
}

/** The client calls this field `_from`; in YAML it is `from`. */
function fromOf(rule: object): V1NetworkPolicyPeer[] | undefined {
	return "from" in rule ? (rule.from as V1NetworkPolicyPeer[]) : undefined;
}

function isPeer(peer: V1NetworkPolicyPeer, own: string | undefined, pod: Pod): boolean {
	const { namespaceSelector, podSelector } = peer;
	const inNamespace =
		namespaceSelector === undefined
			? pod.namespace === own
			: selects(namespaceSelector, { "kubernetes.io/metadata.name": pod.namespace });
	return inNamespace && (podSelector === undefined || selects(podSelector, pod.labels));
}

function isPort({ port, protocol = "TCP" }: V1NetworkPolicyPort, wanted: number, listener: Pod): boolean {
	const number = typeof port === "string" ? listener.ports?.[port] : port;
	return protocol === "TCP" && (port === undefined || number === wanted);
}
