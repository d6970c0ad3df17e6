import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { eventLines } from "./event-lines.ts";
import { type KubernetesAccess, openNamespace } from "./kubernetes-access.ts";
import { labelSelector } from "./label-selector.ts";
import { PARAMETERS } from "./parameters.ts";
import { shownLine, shownWord } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** Each costs one request for its events. */
const PODS_WITH_EVENTS = 10;

/** `kubernetes.pods`: the pods that match a selector, the worst first, and the newest events of the first ten. */
export function kubernetesPods(access: KubernetesAccess): Source {
	return checkedSource(PARAMETERS["kubernetes.pods"], async (parameters, { signal }) => {
		const opened = openNamespace(access, parameters.namespace);
		if (!opened.ok) return opened.answer;
		const { reader, namespace } = opened;
		const found = await reader.pods(namespace, labelSelector(parameters), signal);
		if (!found.ok) return failed(found.why);
		if (found.value.length === 0) return { status: "empty" };

		const pods = found.value.map(summarize).toSorted((a, b) => b.trouble - a.trouble);
		const shown = pods.slice(0, parameters.limit);
		const asked = shown.slice(0, PODS_WITH_EVENTS);
		const events = await Promise.all(asked.map(({ name }) => reader.events(namespace, "Pod", name, signal)));
		const unknown = events.find((reading) => !reading.ok);
		return {
			status: "ok",
			data: {
				pods: [
					...shown.map(({ line }) => line),
					...(pods.length > shown.length ? [`and ${pods.length - shown.length} more`] : []),
				],
				events: eventLines(events.flatMap((reading) => (reading.ok ? reading.value : []))),
			},
			...(unknown?.ok === false && { incomplete: unknown.why }),
		};
	});
}

/** Current problems weigh more than past ones. */
function summarize({ metadata, status }: V1Pod): {
	readonly name: string;
	readonly line: string;
	readonly trouble: number;
} {
	const name = metadata?.name ?? "";
	const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
	const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
	const words = containers.flatMap(containerWords);
	const phase = status?.phase ?? "Unknown";
	const why = [status?.reason, status?.message].filter(Boolean).join(": ");
	const state = [
		phase + (why === "" ? "" : ` (${why})`),
		`${restarts} ${restarts === 1 ? "restart" : "restarts"}`,
		...words,
	];
	const waiting = containers.filter(({ state }) => state?.waiting !== undefined).length;
	const trouble = waiting * 1_000 + (phase === "Failed" ? 500 : 0) + Math.min(restarts, 400);
	return { name, line: shownLine(`${name}: ${state.join(", ")}`), trouble };
}

function containerWords({ name, state, lastState }: V1ContainerStatus): string[] {
	const { waiting, terminated: ended = lastState?.terminated } = state ?? {};
	return [
		...(waiting === undefined ? [] : [`${name} waiting: ${reasonOf(waiting.reason, waiting.message)}`]),
		...(ended === undefined || ended.exitCode === 0
			? []
			: [`${name} terminated: ${reasonOf(ended.reason, ended.message)}, exit code ${ended.exitCode}`]),
	];
}

function reasonOf(reason = "no reason given", message?: string): string {
	return message ? `${reason} (${shownWord(message)})` : reason;
}
