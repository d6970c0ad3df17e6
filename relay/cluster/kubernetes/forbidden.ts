import type { UnavailableCause } from "../../../wire/error-answer.ts";

/** `User "x" cannot create resource "coderuns" in API group "agents.platform" ...`, the message of RBAC. */
const MISSING = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/;

/** Status 403 has several causes, distinguished by the message. All of them clear once somebody acts. */
export function readForbidden(message: string): { readonly cause: UnavailableCause; readonly why: string } {
	if (message.includes("exceeded quota")) return { cause: "quota", why: `a ResourceQuota is exhausted: ${message}` };
	if (message.includes("being terminated")) {
		return { cause: "terminating", why: `the namespace is being deleted: ${message}` };
	}
	if (message.includes('User "system:anonymous"')) {
		const why =
			"the API server accepts no credentials of the relay (system:anonymous): give the kubeconfig's user a token, tokenFile, certificate or exec";
		return { cause: "unauthorized", why };
	}
	const missing = MISSING.exec(message);
	if (missing === null) return { cause: "forbidden", why: `the API server refuses it: ${message}` };
	const [, verb, resource, group] = missing;
	const what = `${verb} ${resource}${group ? `.${group}` : ""}`;
	return {
		cause: "forbidden",
		why: `the relay lacks the permission to ${what}: ${message}; kubectl apply -k deploy/relay grants what it needs`,
	};
}
