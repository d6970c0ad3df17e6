import { randomBytes } from "node:crypto";
import {
	CoreV1Api,
	KubeConfig,
	PatchStrategy,
	RbacAuthorizationV1Api,
	setHeaderOptions,
	type V1Lease,
	type V1PolicyRule,
} from "@kubernetes/client-node";
import { inject } from "vitest";
import { apiClients } from "../../../relay/cluster/kubernetes/api-clients.ts";

const CODERUNS = { group: "agents.platform", version: "v1", plural: "coderuns" } as const;

/** The fields of a CodeRun that tests use. */
export interface AnyCodeRun {
	readonly metadata: {
		readonly name: string;
		readonly uid: string;
		readonly labels: Readonly<Record<string, string>>;
		readonly annotations: Readonly<Record<string, string>>;
		readonly creationTimestamp: string;
	};
	readonly spec: Readonly<Record<string, unknown>>;
	readonly status?: Readonly<Record<string, unknown>>;
}

/** A fresh namespace of the shared cluster, and actions of an administrator and a controller in it. */
export interface Namespace {
	readonly name: string;
	/** The administrator's. */
	readonly kubeConfig: KubeConfig;
	coderuns(selector?: string): Promise<AnyCodeRun[]>;
	leases(): Promise<V1Lease[]>;
	setStatus(coderun: string, status: Readonly<Record<string, unknown>>): Promise<void>;
	patchCodeRun(coderun: string, patch: object): Promise<void>;
	deleteCodeRun(coderun: string): Promise<void>;
	/** The kubeconfig of a new ServiceAccount with these permissions in this namespace. */
	serviceAccount(rules: readonly V1PolicyRule[]): Promise<KubeConfig>;
}

export async function newNamespace(): Promise<Namespace> {
	const kubeConfig = adminConfig();
	const name = `t-${randomBytes(5).toString("hex")}`;
	await kubeConfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name } } });
	return namespaceOf(kubeConfig, name);
}

/** An existing namespace of any cluster. */
export function namespaceOf(kubeConfig: KubeConfig, namespace: string): Namespace {
	const { objects, leases } = apiClients(kubeConfig);
	const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
	return {
		name: namespace,
		kubeConfig,
		async coderuns(labelSelector) {
			const selector = labelSelector === undefined ? {} : { labelSelector };
			const list = await objects.listNamespacedCustomObject({ ...CODERUNS, namespace, ...selector });
			return list.items;
		},
		leases: async () => (await leases.listNamespacedLease({ namespace })).items,
		async setStatus(name, status) {
			const body = { status };
			await objects.patchNamespacedCustomObjectStatus({ ...CODERUNS, namespace, name, body }, mergePatch);
		},
		async patchCodeRun(name, body) {
			await objects.patchNamespacedCustomObject({ ...CODERUNS, namespace, name, body }, mergePatch);
		},
		async deleteCodeRun(name) {
			await objects.deleteNamespacedCustomObject({ ...CODERUNS, namespace, name });
		},
		serviceAccount: (rules) => newServiceAccount(kubeConfig, namespace, rules),
	};
}

export function adminConfig(): KubeConfig {
	const kubeConfig = new KubeConfig();
	kubeConfig.loadFromFile(inject("kubeconfig"));
	return kubeConfig;
}

/** The same cluster, accessed as another user or through another address. */
export function changedConfig(
	kubeConfig: KubeConfig,
	change: { readonly token?: string; readonly server?: string; readonly skipTLSVerify?: boolean },
): KubeConfig {
	const cluster = kubeConfig.getCurrentCluster();
	const user = kubeConfig.getCurrentUser();
	if (cluster === null || user === null) throw new Error("the kubeconfig is not complete");
	const { token, ...where } = change;
	const changed = new KubeConfig();
	changed.loadFromClusterAndUser({ ...cluster, ...where }, { ...user, ...(token === undefined ? {} : { token }) });
	return changed;
}

async function newServiceAccount(
	admin: KubeConfig,
	namespace: string,
	rules: readonly V1PolicyRule[],
): Promise<KubeConfig> {
	const core = admin.makeApiClient(CoreV1Api);
	const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
	const name = `relay-${randomBytes(3).toString("hex")}`;
	const metadata = { name, namespace };
	await core.createNamespacedServiceAccount({ namespace, body: { metadata } });
	await rbac.createNamespacedRole({ namespace, body: { metadata, rules: [...rules] } });
	await rbac.createNamespacedRoleBinding({
		namespace,
		body: {
			metadata,
			roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
			subjects: [{ kind: "ServiceAccount", name, namespace }],
		},
	});
	const { status } = await core.createNamespacedServiceAccountToken({
		name,
		namespace,
		body: { spec: { audiences: [] } },
	});
	if (status?.token === undefined) throw new Error("no token was made");
	return changedConfig(admin, { token: status.token });
}
