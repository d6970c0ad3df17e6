import * as z from "zod";
import { shownLine, shownWord } from "./shown.ts";

/** The fields shown of an Application: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/ */
const text = z.string().optional();
const health = z.object({ status: text, message: text }).nullish();
const owner = z.object({ group: text, kind: text, namespace: text, name: text });
const resource = owner.extend({ status: text, health });
type Resource = z.infer<typeof resource>;

/** In the resource tree, a resource names what it belongs to. */
const treeNode = resource.extend({ parentRefs: z.array(owner).nullish() });
export type TreeNode = z.infer<typeof treeNode>;

const source = z.object({ repoURL: text, path: text, targetRevision: text, chart: text });

export const applicationSchema = z.object({
	metadata: z.object({ name: text, namespace: text }).optional(),
	spec: z.object({ project: text, source: source.nullish(), sources: z.array(source).nullish() }).optional(),
	status: z
		.object({
			health,
			sync: z.object({ status: text, revision: text }).nullish(),
			resources: z.array(resource).nullish(),
			conditions: z.array(z.object({ type: text, message: text })).nullish(),
			operationState: z.object({ phase: text, message: text, startedAt: text, finishedAt: text.nullable() }).nullish(),
		})
		.default({}),
});
export type Application = z.infer<typeof applicationSchema>;

export const resourceTreeSchema = z.object({
	nodes: z
		.array(treeNode)
		.nullish()
		.transform((nodes) => nodes ?? []),
});

const MAX_RESOURCES = 50;

/**
 * An application for the prompt and the rules. The tree has the health of each resource; since version 3 the
 * application itself mostly has not. Resources without a health, such as a ConfigMap, are not unhealthy.
 */
export function shownApplication({ status }: Application, tree?: readonly TreeNode[]) {
	const resources: readonly TreeNode[] = tree ?? status.resources ?? [];
	const unwell = resources.filter(({ health }) => health?.status !== undefined && health.status !== "Healthy");
	const drifted = (status.resources ?? []).filter(({ status }) => status !== undefined && status !== "Synced");
	const ownersOf = ownersIn(resources);
	const { operationState: operation, conditions } = status;
	return {
		health: shownWord(status.health?.status ?? "Unknown"),
		sync: shownWord(status.sync?.status ?? "Unknown"),
		...(status.sync?.revision && { revision: shownWord(status.sync.revision) }),
		unhealthy: listed(unwell, (one) => resourceLine(one, ownersOf(one))),
		...(drifted.length > 0 && { out_of_sync: listed(drifted, (one) => shownLine(`${nameOf(one)}: ${one.status}`)) }),
		...(resources.length > 0 && { resources: countLine(resources) }),
		...(operation?.phase && { operation: operationLine(operation) }),
		...(conditions?.length && {
			conditions: conditions.slice(0, 10).map(({ type, message }) => shownLine(`${type}: ${message}`)),
		}),
	};
}

function listed<T>(all: readonly T[], line: (one: T) => string): string[] {
	const more = all.length > MAX_RESOURCES ? [`and ${all.length - MAX_RESOURCES} more`] : [];
	return [...all.slice(0, MAX_RESOURCES).map(line), ...more];
}

/** `apps/Deployment cto/web: Degraded: why`; a pod also names its ReplicaSet and Deployment. */
function resourceLine(one: Resource, owners: readonly string[]): string {
	const of = owners.length === 0 ? "" : ` (of ${owners.join(", of ")})`;
	return shownLine([`${nameOf(one)}${of}`, one.health?.status, one.health?.message].filter(Boolean).join(": "));
}

function nameOf({ group, kind, namespace, name }: Resource): string {
	return `${[group, kind].filter(Boolean).join("/")} ${[namespace, name].filter(Boolean).join("/")}`;
}

/** More levels than a CronJob's pod has. Answers are untrusted: owners may form a circle. */
const MOST_OWNERS = 4;

/** What a resource belongs to, from the nearest up: `ReplicaSet web-7d9`, `Deployment web`. */
function ownersIn(nodes: readonly TreeNode[]): (node: TreeNode) => readonly string[] {
	const key = ({ kind, namespace, name }: z.infer<typeof owner>) => JSON.stringify([kind, namespace, name]);
	const byKey = new Map(nodes.map((node) => [key(node), node]));
	return (node) => {
		const owners: string[] = [];
		let parent = node.parentRefs?.[0];
		while (parent !== undefined && owners.length < MOST_OWNERS) {
			owners.push(shownWord(`${parent.kind} ${parent.name}`));
			parent = byKey.get(key(parent))?.parentRefs?.[0];
		}
		return owners;
	};
}

/** `12 resources: 9 Healthy, 2 Degraded, 1 without health`. */
function countLine(resources: readonly Resource[]): string {
	const groups = Map.groupBy(resources, ({ health }) => health?.status ?? "without health");
	const counts = [...groups]
		.toSorted(([, one], [, other]) => other.length - one.length)
		.slice(0, 10)
		.map(([state, { length }]) => `${length} ${shownWord(state)}`);
	return shownLine(`${resources.length} ${resources.length === 1 ? "resource" : "resources"}: ${counts.join(", ")}`);
}

function operationLine({
	phase,
	message,
	startedAt,
	finishedAt,
}: NonNullable<Application["status"]["operationState"]>): string {
	const when = finishedAt ? ` at ${finishedAt}` : startedAt ? ` since ${startedAt}` : "";
	return shownLine([`${phase}${when}`, message].filter(Boolean).join(": "));
}
