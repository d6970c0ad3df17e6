/** `User "x" cannot create resource "coderuns" in API group "agents.platform" ...`, as RBAC says no. */
const MISSING = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/;

/** One status for three things, told apart by the message. All of them pass once somebody has acted. */
export function readForbidden(message: string): string {
	if (message.includes("exceeded quota")) return `a ResourceQuota is used up: ${message}`;
	if (message.includes("being terminated")) return `the namespace is being deleted: ${message}`;
	const missing = MISSING.exec(message);
	if (missing === null) return `the API server forbids it: ${message}`;
	const [, verb, resource, group] = missing;
	return `the relay lacks the permission to ${verb} ${resource}${group ? `.${group}` : ""}: ${message}`;
}
