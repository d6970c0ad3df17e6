import * as z from "zod";
import { MINUTE_MS } from "./durations.ts";
import { incidentIdSchema } from "./names.ts";

/** The context sources that only the relay can reach. */
const CLUSTER_SOURCES = [
	"argocd.application",
	"argo.workflow",
	"loki.query_range",
	"loki.labels",
	"prometheus.query",
	"prometheus.query_range",
	"prometheus.metrics",
	"grafana.alerts",
	"kubernetes.pods",
] as const;
export type ClusterSource = (typeof CLUSTER_SOURCES)[number];

/** Body of `POST /v1/context`: the requested in-cluster sources, each with its own timeout in milliseconds. */
export const contextRequestSchema = z.strictObject({
	incident_id: incidentIdSchema,
	sources: z
		.array(
			z.strictObject({
				/** The part's name under `context:` in the pipeline. */
				name: z.string().min(1).max(63),
				from: z.enum(CLUSTER_SOURCES),
				/** Each source validates its own parameters: an error costs only that part. */
				with: z.record(z.string(), z.unknown()),
				timeout_ms: z.int().min(1).max(MINUTE_MS),
			}),
		)
		.max(32),
});

const part = { name: z.string(), from: z.enum(CLUSTER_SOURCES), took_ms: z.number().min(0) };

/**
 * One source's answer with its own status. `why` is one sentence for people, and `incomplete` says what is missing.
 * Parsed loosely: fields of a newer relay are dropped, and an unreadable part costs only itself.
 */
const contextResultSchema = z
	.discriminatedUnion("status", [
		z.object({ ...part, status: z.literal("ok"), data: z.unknown(), incomplete: z.string().optional() }),
		z.object({ ...part, status: z.literal("empty") }),
		z.object({ ...part, status: z.literal("failed"), why: z.string() }),
		z.object({ ...part, status: z.literal("skipped"), why: z.string() }),
	])
	.catch(({ input }) => unreadablePart(input));

/** Answer to `POST /v1/context`: one result per requested source, in the same order. */
export const contextResponseSchema = z.object({ results: z.array(contextResultSchema) });

/** Keeps the part's name, if that is readable; without it the result cannot be assigned. */
function unreadablePart(input: unknown) {
	const named = z
		.object({ name: z.string(), from: z.enum(CLUSTER_SOURCES), status: z.unknown() })
		.safeParse(input).data;
	const isKnown = ["ok", "empty", "failed", "skipped"].includes(String(named?.status));
	const what = isKnown ? "" : `: unknown status`;
	const why = `the relay's answer was not understood${what}; is the relay newer than the worker?`;
	const { name = "", from = CLUSTER_SOURCES[0] } = named ?? {};
	return { name, from, took_ms: 0, status: "failed" as const, why };
}

export type ContextWireRequest = z.infer<typeof contextRequestSchema>;
export type ContextWireResponse = z.infer<typeof contextResponseSchema>;
