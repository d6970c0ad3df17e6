import * as z from "zod";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";

/**
 * The parameters of each in-cluster source: `with` of a part in the pipeline. Anything else is refused. Values may come
 * from an incident, so from anybody; `query` and `selector` are the pipeline's own texts.
 */
const LONGEST_QUERY = 4_096;
const LONGEST_VALUE = 1_024;

const query = z.string().min(1).max(LONGEST_QUERY);
const values = z
	.record(
		z.string().regex(/^[a-z_][a-z0-9_]*$/, "a value's name consists of a to z, 0 to 9 and _"),
		text(LONGEST_VALUE),
	)
	.default({});

/** A Kubernetes object name: RFC 1123 subdomain; no slash, no `..`. */
const objectName = z
	.string()
	.max(253)
	.regex(
		/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
		"not a valid name of a Kubernetes object",
	);
const namespace = z
	.string()
	.max(63)
	.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "not a valid name of a namespace");

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const labelKey = z
	.string()
	.max(253 + 1 + 63)
	.regex(new RegExp(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${NAME}$`), "not a valid name of a label");
const labelValue = z.string().regex(new RegExp(`^(${NAME})?$`), "not a valid value of a label");
const labels = z.record(labelKey, labelValue).default({});
const selector = z.string().min(1).max(LONGEST_QUERY).optional();

/** `30m`, `1h`: how long back, in milliseconds; at most a week. */
const duration = z
	.string()
	.regex(/^[1-9]\d{0,4}[smhd]$/, "give a duration such as 90s, 30m or 2h")
	.transform((given) => Number(given.slice(0, -1)) * UNITS[given.slice(-1) as keyof typeof UNITS])
	.refine((ms) => ms <= 7 * 24 * 3_600_000, "at most 7d");
const UNITS = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;

export const PARAMETERS = {
	"argocd.application": z
		.strictObject({
			name: objectName.optional(),
			/** Found by what it deploys from. */
			repository: z
				.string()
				.max(200)
				.regex(/^[\w.-]+\/[\w.-]+$/, "not a repository's owner and name")
				.optional(),
			/** JSONata gives one value as itself. */
			paths: z
				.union([text(LONGEST_VALUE).transform((path) => [path]), z.array(text(LONGEST_VALUE)).max(1_000)])
				.default([]),
			branch: text(LONGEST_VALUE).optional(),
			/** The namespace of the Application resource. */
			namespace: namespace.default("argocd"),
			project: objectName.optional(),
		})
		.refine((given) => given.name !== undefined || given.repository !== undefined, "give name or repository"),
	"argo.workflow": z
		.strictObject({ namespace: namespace.optional(), name: objectName.optional(), selector, labels })
		.refine((given) => (given.name === undefined) === chooses(given), "give either name, or labels or selector"),
	"loki.query_range": z.strictObject({
		query,
		values,
		since: duration.default(30 * MINUTE_MS),
		limit: z.int().min(1).max(200).default(50),
	}),
	"loki.labels": z.strictObject({ query, values, since: duration.default(HOUR_MS) }),
	"prometheus.query_range": z.strictObject({ query, values, since: duration.default(HOUR_MS) }),
	"prometheus.metrics": z.strictObject({ query, values, since: duration.default(HOUR_MS) }),
	"prometheus.query": z.strictObject({
		query,
		values,
		before: duration.default(3_600_000),
		/** A spike is more than this many times the earlier value. */
		threshold: z.number().min(1).max(1_000_000).default(2),
		/** A value at or below this is never a spike. */
		floor: z.number().min(0).default(0),
	}),
	"grafana.alerts": z.strictObject({
		/** Only alerts with these labels. */
		labels: z.record(z.string().regex(/^[A-Za-z_]\w*$/, "not a valid name of an alert's label"), text(256)).default({}),
		/** Dashboards whose title contains this. */
		dashboards: text(256).optional(),
	}),
	"kubernetes.pods": z
		.strictObject({
			namespace: namespace.optional(),
			selector,
			labels,
			limit: z.int().min(1).max(100).default(20),
		})
		.refine(chooses, "give labels or selector"),
} as const;

function chooses({ selector, labels }: { selector?: string | undefined; labels: Record<string, string> }): boolean {
	return selector !== undefined || Object.keys(labels).length > 0;
}

/** An unpaired surrogate cannot be sent. */
function text(longest: number): z.ZodType<string> {
	return z
		.string()
		.max(longest)
		.refine((given) => given.isWellFormed(), "not valid Unicode text");
}
