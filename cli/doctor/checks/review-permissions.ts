import {
	ApiException,
	AuthorizationV1Api,
	CoreV1Api,
	type KubeConfig,
	type V1ResourceAttributes,
} from "@kubernetes/client-node";
import { type Check, failed, passed } from "../check-result.ts";
import { RELAY_PERMISSIONS } from "./relay-permissions.ts";

/** The relay's ServiceAccount in `deploy/relay`. */
const ACCOUNT = "healer-relay";

type Review = (attributes: V1ResourceAttributes) => Promise<boolean>;

/**
 * Whether the relay has every permission that it uses. Reviews its ServiceAccount if that exists and this account may
 * review it, else this kubeconfig's own account, which a relay outside of the cluster would use.
 */
export async function reviewPermissions(config: KubeConfig, namespace: string): Promise<Check> {
	const { whose, review } = await chooseReview(config, namespace);
	const needed = RELAY_PERMISSIONS.flatMap(({ group, resource, verbs }) =>
		verbs.map((verb) => ({ namespace, group, resource, verb })),
	);
	const allowed = await Promise.all(needed.map(review));
	const denied = needed
		.filter((_, at) => !allowed[at])
		.map(({ verb, resource, group }) => `${verb} ${[resource, group].filter(Boolean).join(".")}`);
	if (denied.length === 0)
		return passed("permissions", `${whose} has every permission that a relay needs in ${namespace}.`);
	const summary = `${whose} may not ${denied.join(", ")} in ${namespace}.`;
	return failed("permissions", summary, "Grant them: kubectl apply -k deploy/relay, or helm upgrade.");
}

async function chooseReview(config: KubeConfig, namespace: string): Promise<{ whose: string; review: Review }> {
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
