import {
	ApiException,
	AuthorizationV1Api,
	CoreV1Api,
	type KubeConfig,
	type V1ResourceAttributes,
} from "@kubernetes/client-node";
import { type Check, missing, ok } from "../check.ts";
import { RELAY_PERMISSIONS } from "./relay-permissions.ts";

/** The name that `deploy/relay` gives the relay's ServiceAccount. */
const ACCOUNT = "healer-relay";

type Review = (attributes: V1ResourceAttributes) => Promise<boolean>;

/**
 * Whether the relay may do all that it does: its ServiceAccount where there is one and its permissions may be asked
 * for, else this kubeconfig's own account, which a relay outside of the cluster would use.
 */
export async function reviewPermissions(config: KubeConfig, namespace: string): Promise<Check> {
	const { whose, review } = await whoseReview(config, namespace);
	const denied: string[] = [];
	for (const { group, resource, verbs } of RELAY_PERMISSIONS) {
		for (const verb of verbs) {
			if (!(await review({ namespace, group, resource, verb })))
				denied.push(`${verb} ${[resource, group].filter(Boolean).join(".")}`);
		}
	}
	if (denied.length === 0) return ok("permissions", `${whose} may do all that a relay does in ${namespace}.`);
	const summary = `${whose} may not ${denied.join(", ")} in ${namespace}.`;
	return missing("permissions", summary, "kubectl apply -k deploy/relay grants them.");
}

async function whoseReview(config: KubeConfig, namespace: string): Promise<{ whose: string; review: Review }> {
	const api = config.makeApiClient(AuthorizationV1Api);
	const ofSelf: Review = async (resourceAttributes) => {
		const review = await api.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
		return review.status?.allowed === true;
	};
	const asker = { group: "authorization.k8s.io", resource: "subjectaccessreviews", verb: "create" };
	if (!(await hasAccount(config, namespace)) || !(await ofSelf(asker))) {
		return { whose: "this kubeconfig's account", review: ofSelf };
	}
	const user = `system:serviceaccount:${namespace}:${ACCOUNT}`;
	const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
	return {
		whose: `ServiceAccount ${ACCOUNT}`,
		review: async (resourceAttributes) => {
			const review = await api.createSubjectAccessReview({ body: { spec: { user, groups, resourceAttributes } } });
			return review.status?.allowed === true;
		},
	};
}

async function hasAccount(config: KubeConfig, namespace: string): Promise<boolean> {
	try {
		await config.makeApiClient(CoreV1Api).readNamespacedServiceAccount({ name: ACCOUNT, namespace });
		return true;
	} catch (error) {
		if (error instanceof ApiException && (error.code === 404 || error.code === 403)) return false;
		throw error;
	}
}
