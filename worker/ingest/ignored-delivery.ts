import { type IgnoredReason, renderIgnored } from "../../pipeline/index.ts";
import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { cleanText } from "../../pipeline/stages/clean-text.ts";
import type { IgnoredDelivery } from "../journal/ignored-deliveries.ts";
import type { DeliverySubject, PreparedDelivery } from "./delivery-content.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whoever sends a payload chooses its texts: longer ones are cut. */
const MOST = { short: 100, name: 255, reason: 300 } as const;

/** Where GitHub's events name a branch (https://docs.github.com/en/webhooks/webhook-events-and-payloads). */
const BRANCH_PATHS: readonly (readonly string[])[] = [
	["workflow_run", "head_branch"],
	["workflow_job", "head_branch"],
	["check_run", "check_suite", "head_branch"],
	["check_suite", "head_branch"],
	["pull_request", "head", "ref"],
	["merge_group", "head_ref"],
	["deployment", "ref"],
	["branches", "0", "name"],
	["branch"],
	["ref"],
];

/** Reads what a payload is about. Any payload: what is of another type is absent. */
export function subjectOf(payload: unknown): DeliverySubject {
	const action = textAt(payload, ["action"]);
	const branch = BRANCH_PATHS.map((path) => textAt(payload, path)).find((text) => text !== undefined);
	return {
		...(action !== undefined && { action: cleanText(action, MOST.short) }),
		...(branch !== undefined && { branch: cleanText(branch.replace(/^refs\/heads\//, ""), MOST.name) }),
	};
}

/** An ignored delivery as it is kept: short texts without secrets. */
export function ignoredDelivery(
	{ delivery_id, event, received_at, repository, about = {} }: PreparedDelivery,
	reason: IgnoredReason,
): IgnoredDelivery {
	return {
		at: received_at,
		delivery_id: cleanText(delivery_id, MOST.name),
		event: redactText(cleanText(event, MOST.short)),
		action: about.action === undefined ? null : redactText(about.action),
		repository: repository === undefined ? null : cleanText(repository.name, MOST.name),
		branch: about.branch ?? null,
		reason: whyNothing(reason),
		filter: reason.kind === "filtered" ? cleanText(reason.filter, MOST.short) : reason.kind,
	};
}

/** One sentence for people. A signal that counts for a remediation is not ignored, so there is none. */
export function whyNothing(reason: IgnoredReason): string {
	const known = sentences.get(reason);
	if (known !== undefined) return known;
	const sentence = redactText(cleanText(sentenceOf(reason), MOST.reason));
	sentences.set(reason, sentence);
	return sentence;
}

// Most deliveries are ignored for a reason that the pipeline gives each time (`rejectEarly`), and redaction costs more than all else.
const sentences = new WeakMap<IgnoredReason, string>();

function sentenceOf(reason: IgnoredReason): string {
	if (reason.kind !== "tracked") return renderIgnored(reason);
	return `${reason.event} reports ${reason.reports}, and nothing on its branch, pull request or alert is under remediation`;
}

function textAt(payload: unknown, path: readonly string[]): string | undefined {
	const found = path.reduce<unknown>(
		(value, key) => (typeof value === "object" && value !== null ? (value as Fields)[key] : undefined),
		payload,
	);
	return typeof found === "string" && found !== "" ? found : undefined;
}
