import type { UnavailableCause } from "../../../wire/error-answer.ts";

/** `User "x" cannot create resource "coderuns" in API group "agents.platform" ...`, as RBAC says no. */
const MISSING = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/;

/** One status for several things, told apart by the message. All of them pass once somebody has acted. */
export function readForbidden(message: string): { readonly cause: UnavailableCause; readonly why: string } {
	if (message.includes("exceeded quota")) return { cause: "quota", why: `a ResourceQuota is used up: ${message}` };
	if (message.includes("being terminated")) {
		return { cause: "terminating", why: `the namespace is being deleted: ${message}` };
	}
	if (message.includes('User "system:anonymous"')) {
		const why =
			"the relay came without credentials that the API server knows (system:anonymous): give its kubeconfig's user a token, tokenFile, certificate or exec";
		return { cause: "unauthorized", why };
	}
	const missing = MISSING.exec(message);
	if (missing === null) return { cause: "forbidden", why: `the API server forbids it: ${message}` };
	const [, verb, resource, group] = missing;
	const what = `${verb} ${resource}${group ? `.${group}` : ""}`;
	return {
		cause: "forbidden",
		why: `the relay lacks the permission to ${what}: ${message}; kubectl apply -k deploy/relay grants what it needs`,
	};
}
