import type { SpawnRequest } from "../../wire/spawn.ts";

/** A CodeRun as it is applied: API `agents.platform/v1`, defined in `deploy/crd/coderun-crd.yaml`. */
export interface CodeRun {
	readonly apiVersion: "agents.platform/v1";
	readonly kind: "CodeRun";
	readonly metadata: {
		readonly name: string;
		readonly namespace: string;
		readonly labels: Readonly<Record<string, string>>;
		readonly annotations: Readonly<Record<string, string>>;
	};
	readonly spec: Readonly<Record<string, unknown>>;
}

/** Which incident and attempt a CodeRun belongs to, in full: its name holds only a hash of them. */
export interface CodeRunIdentity {
	readonly incident_id: string;
	readonly attempt: number;
	/** SHA-256 of the body of the request that created it, in hex. */
	readonly digest: string;
}

/** Labels and annotations that the relay sets itself, overriding those of the request. */
export const OWN_LABELS = { name: "app.kubernetes.io/name", agent: "healer/agent" } as const;
export const OWN_ANNOTATIONS = {
	incident: "healer/incident-id",
	attempt: "healer/attempt",
	digest: "healer/request-digest",
	createdAt: "healer/created-at",
	/** How long it may run, in seconds from its creation. */
	deadline: "healer/deadline-seconds",
	/** How long it may have no phase, in seconds from its creation. */
	startDeadline: "healer/start-deadline-seconds",
} as const;

/** The object for a request, with its identity. `now` is in milliseconds. */
export function buildCodeRun(request: SpawnRequest, digest: string, now: number): CodeRun {
	const { metadata, spec } = request.coderun;
	const { deadline_s, start_deadline_s } = request;
	return {
		apiVersion: "agents.platform/v1",
		kind: "CodeRun",
		metadata: {
			name: metadata.name,
			namespace: metadata.namespace,
			labels: { ...metadata.labels, [OWN_LABELS.name]: "healer", [OWN_LABELS.agent]: request.agent },
			annotations: {
				...metadata.annotations,
				[OWN_ANNOTATIONS.incident]: request.incident_id,
				[OWN_ANNOTATIONS.attempt]: String(request.attempt),
				[OWN_ANNOTATIONS.digest]: digest,
				[OWN_ANNOTATIONS.createdAt]: new Date(now).toISOString(),
				...(deadline_s === undefined ? {} : { [OWN_ANNOTATIONS.deadline]: String(deadline_s) }),
				...(start_deadline_s === undefined ? {} : { [OWN_ANNOTATIONS.startDeadline]: String(start_deadline_s) }),
			},
		},
		spec,
	};
}

/** The identity in a CodeRun's annotations; undefined when Healer did not create it. */
export function readIdentity(annotations: Readonly<Record<string, unknown>>): CodeRunIdentity | undefined {
	const incident_id = annotations[OWN_ANNOTATIONS.incident];
	const attempt = Number(annotations[OWN_ANNOTATIONS.attempt]);
	const digest = annotations[OWN_ANNOTATIONS.digest];
	if (typeof incident_id !== "string" || typeof digest !== "string" || !Number.isInteger(attempt)) return undefined;
	return { incident_id, attempt, digest };
}
