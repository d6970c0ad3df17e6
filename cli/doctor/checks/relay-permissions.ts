/** Every permission that a relay uses in its namespace; `deploy/relay/rbac.yaml` grants the same. */
export const RELAY_PERMISSIONS = [
	{
		group: "coordination.k8s.io",
		resource: "leases",
		verbs: ["get", "list", "create", "update", "patch", "delete"],
	},
	{
		group: "agents.platform",
		resource: "coderuns",
		verbs: ["get", "list", "watch", "create", "patch", "delete"],
	},
	{ group: "", resource: "pods", verbs: ["list"] },
	{ group: "", resource: "events", verbs: ["list"] },
	{ group: "argoproj.io", resource: "workflows", verbs: ["get", "list"] },
] as const;
