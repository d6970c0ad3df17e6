import * as z from "zod";
import { type KubernetesAccess, openNamespace } from "./kubernetes-access.ts";
import type { CustomKind, KubernetesReader } from "./kubernetes-reader.ts";
import { labelSelector } from "./label-selector.ts";
import { PARAMETERS } from "./parameters.ts";
import { type AnswerReading, understood } from "./read-answer.ts";
import { shownLine } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** https://argo-workflows.readthedocs.io/en/latest/fields/#workflow */
const KIND: CustomKind = { group: "argoproj.io", version: "v1alpha1", plural: "workflows" };
const FAILED_PHASES = ["Failed", "Error"];
const MAX_NODES = 50;

const listSchema = z.object({
	/** An empty list of metadata is null. */
	items: z.array(z.object({ metadata: z.object({ name: z.string(), creationTimestamp: z.string() }) })).nullable(),
});
const text = z.string().optional();
const nodeSchema = z.object({
	displayName: text,
	templateName: text,
	type: text,
	phase: text,
	message: text,
	/** Of a node of type `Retry`: its attempts. */
	children: z.array(z.string()).nullish(),
	outputs: z.object({ exitCode: text }).nullish(),
});
const workflowSchema = z.object({
	metadata: z.object({ name: z.string() }),
	status: z
		.object({
			phase: text,
			message: text,
			startedAt: text.nullable(),
			finishedAt: text.nullable(),
			/** A large Workflow compresses its nodes, or stores them in a database. */
			compressedNodes: text,
			offloadNodeStatusVersion: text,
			nodes: z.record(z.string(), nodeSchema).optional(),
		})
		.default({}),
});
type Workflow = z.infer<typeof workflowSchema>;

/** `argo.workflow`: a Workflow by name, or the newest that matches a selector; its phase, message, and failed nodes with their retries. */
export function argoWorkflow(access: KubernetesAccess): Source {
	return checkedSource(PARAMETERS["argo.workflow"], async (parameters, { signal }) => {
		const opened = openNamespace(access, parameters.namespace);
		if (!opened.ok) return opened.answer;
		const { reader, namespace } = opened;
		const selector = labelSelector(parameters);
		const name =
			parameters.name === undefined
				? await newest(reader, namespace, selector, signal)
				: ({ ok: true, value: parameters.name } as const);
		if (!name.ok) return failed(name.why);
		if (name.value === undefined) return { status: "empty" };
		const object = await reader.object(KIND, namespace, name.value, signal);
		if (!object.ok) return object.status === 404 ? { status: "empty" } : failed(object.why);
		const workflow = understood("the API server", object.value, workflowSchema);
		if (!workflow.ok) return failed(workflow.why);
		const { compressedNodes, offloadNodeStatusVersion } = workflow.value.status;
		const elsewhere = compressedNodes || offloadNodeStatusVersion;
		return {
			status: "ok",
			data: shownWorkflow(workflow.value),
			...(elsewhere && { incomplete: "the Workflow's nodes are compressed or stored elsewhere" }),
		};
	});
}

async function newest(
	reader: KubernetesReader,
	namespace: string,
	selector: string,
	signal: AbortSignal,
): Promise<AnswerReading<string | undefined>> {
	const listed = await reader.metadata(KIND, namespace, selector, signal);
	if (!listed.ok) return listed;
	const list = understood("the API server", listed.value, listSchema);
	if (!list.ok) return list;
	const [last] = (list.value.items ?? [])
		.map(({ metadata }) => metadata)
		.toSorted((a, b) => Date.parse(b.creationTimestamp) - Date.parse(a.creationTimestamp));
	return { ok: true, value: last?.name };
}

function shownWorkflow({ metadata, status }: Workflow) {
	const { phase, message, startedAt, finishedAt, nodes = {} } = status;
	const bad = Object.values(nodes).filter((node) => FAILED_PHASES.includes(node.phase ?? ""));
	const lines = bad.slice(0, MAX_NODES).map(nodeLine);
	return {
		name: metadata.name,
		phase: phase || "Pending",
		...(message && { message: shownLine(message) }),
		...(startedAt && { started_at: startedAt }),
		...(finishedAt && { finished_at: finishedAt }),
		failed_nodes: [...lines, ...(bad.length > MAX_NODES ? [`and ${bad.length - MAX_NODES} more`] : [])],
	};
}

/** `deploy (Retry) of deploy Error, tried 3 times, exit code 1: why`. */
function nodeLine({ displayName, templateName, type, phase, message, children, outputs }: z.infer<typeof nodeSchema>) {
	const tries = type === "Retry" ? (children?.length ?? 0) : 0;
	const exit = outputs?.exitCode;
	const head = [displayName ?? "a node", type && `(${type})`, templateName && `of ${templateName}`, phase];
	const facts = [
		head.filter(Boolean).join(" "),
		tries > 0 && `tried ${tries} ${tries === 1 ? "time" : "times"}`,
		exit && exit !== "0" && `exit code ${exit}`,
	];
	return shownLine([facts.filter(Boolean).join(", "), message].filter(Boolean).join(": "));
}
