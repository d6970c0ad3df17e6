import type { Result } from "../../wire/result.ts";
import type { KubernetesReader } from "./kubernetes-reader.ts";
import { failed, type SourceAnswer } from "./source.ts";

/** The cluster as context sources may read it: only some namespaces, whatever an incident names. */
export interface KubernetesAccess {
	readonly reader: Result<KubernetesReader>;
	/** The namespace of the CodeRuns: the default when none is given. */
	readonly own: () => string;
	/** `HEALER_CONTEXT_NAMESPACES`: other namespaces that may be read. */
	readonly others: readonly string[];
}

type Unread = Extract<SourceAnswer, { readonly why: string }>;
export type Opening =
	| { readonly ok: true; readonly reader: KubernetesReader; readonly namespace: string }
	| { readonly ok: false; readonly answer: Unread };

/** The reader for one namespace, or why it is not read. */
export function openNamespace({ reader, own, others }: KubernetesAccess, requested: string | undefined): Opening {
	if (!reader.ok) return { ok: false, answer: { status: "skipped", why: reader.problem } };
	const namespace = requested ?? own();
	if (namespace === own() || others.includes(namespace)) return { ok: true, reader: reader.value, namespace };
	const why = `this relay does not read the namespace ${namespace}: add it to HEALER_CONTEXT_NAMESPACES`;
	return { ok: false, answer: failed(why) };
}
