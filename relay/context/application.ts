import * as z from "zod";
import { shownLine, shownWord } from "./shown.ts";

/** The fields shown of an Application: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/ */
const text = z.string().optional();
const health = z.object({ status: text, message: text }).nullish();
const resource = z.object({ group: text, kind: text, namespace: text, name: text, status: text, health });
type Resource = z.infer<typeof resource>;

export const applicationSchema = z.object({
	spec: z.object({ project: text }).optional(),
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
		.array(resource)
		.nullish()
		.transform((nodes) => nodes ?? []),
});

const MAX_RESOURCES = 50;

/**
 * An application for the prompt and the rules. The tree has the health of each resource; since version 3 the
 * application itself mostly has not. Resources without a health, such as a ConfigMap, are not unhealthy.
 */
export function shownApplication({ status }: Application, tree?: readonly Resource[]) {
	const resources = tree ?? status.resources ?? [];
	const unwell = resources.filter(({ health }) => health?.status !== undefined && health.status !== "Healthy");
	const { operationState: operation, conditions } = status;
	return {
		health: shownWord(status.health?.status ?? "Unknown"),
		sync: shownWord(status.sync?.status ?? "Unknown"),
		...(status.sync?.revision && { revision: shownWord(status.sync.revision) }),
		unhealthy: [
			...unwell.slice(0, MAX_RESOURCES).map(resourceLine),
			...(unwell.length > MAX_RESOURCES ? [`and ${unwell.length - MAX_RESOURCES} more`] : []),
		],
		...(operation?.phase && { operation: operationLine(operation) }),
		...(conditions?.length && {
			conditions: conditions.slice(0, 10).map(({ type, message }) => shownLine(`${type}: ${message}`)),
		}),
	};
}

/** `apps/Deployment cto/web: Degraded: why`. */
function resourceLine({ group, kind, namespace, name, health }: Resource): string {
	const what = [group, kind].filter(Boolean).join("/");
	const where = [namespace, name].filter(Boolean).join("/");
	return shownLine([`${what} ${where}`, health?.status, health?.message].filter(Boolean).join(": "));
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
