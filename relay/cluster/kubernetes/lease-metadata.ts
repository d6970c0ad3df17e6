/* Apart from the Kubernetes client, for what needs only the names. */

/** Annotations for the parts of a claim that a Lease has no field for. */
export const LEASE_ANNOTATIONS = {
	key: "healer/claim-key",
	attempt: "healer/attempt",
	coderun_name: "healer/coderun",
	digest: "healer/request-digest",
	taken_at: "healer/taken-at",
	while_active: "healer/while-active",
	seen: "healer/coderun-seen",
	quiet_at: "healer/quiet-at",
} as const;

/** Tells an incident's claim on its own id from all other claims. */
export const LEASE_KIND = "healer/kind";

/** The annotation for the reported outcome: the CodeRun may be deleted afterwards. */
export const OUTCOME_ANNOTATION = "healer/outcome";
