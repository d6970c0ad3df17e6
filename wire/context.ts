import * as z from "zod";
import { incidentIdSchema } from "./names.ts";

/** The context sources that only the relay reaches (DESIGN section 8). */
const CLUSTER_SOURCES = [
	"argocd.application",
	"argo.workflow",
	"loki.query_range",
	"prometheus.query",
	"grafana.alerts",
	"kubernetes.pods",
] as const;
export type ClusterSource = (typeof CLUSTER_SOURCES)[number];

/** Body of `POST /v1/context`: the in-cluster sources wanted, each under its own timeout in milliseconds. */
export const contextRequestSchema = z.strictObject({
	incident_id: incidentIdSchema,
	sources: z
		.array(
			z.strictObject({
				/** The part's name under `context:` in the pipeline. */
				name: z.string().min(1).max(63),
				from: z.enum(CLUSTER_SOURCES),
				/** What it may be is the source's own to say: a mistake in one costs that part only. */
				with: z.record(z.string(), z.unknown()),
				timeout_ms: z.int().min(1).max(60_000),
			}),
		)
		.max(32),
});

const part = { name: z.string(), from: z.enum(CLUSTER_SOURCES), took_ms: z.number().min(0) };

/** One source's answer, with its own status; `why` is one sentence for people, and `incomplete` says what is missing. */
const contextResultSchema = z.discriminatedUnion("status", [
	z.strictObject({ ...part, status: z.literal("ok"), data: z.unknown(), incomplete: z.string().optional() }),
	z.strictObject({ ...part, status: z.literal("empty") }),
	z.strictObject({ ...part, status: z.literal("failed"), why: z.string() }),
	z.strictObject({ ...part, status: z.literal("skipped"), why: z.string() }),
]);

/** Answer to `POST /v1/context`: one result for each source asked for, in that order. */
export const contextResponseSchema = z.strictObject({ results: z.array(contextResultSchema) });

export type ContextWireRequest = z.infer<typeof contextRequestSchema>;
export type ContextWireResponse = z.infer<typeof contextResponseSchema>;
