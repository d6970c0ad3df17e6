import type { Facts } from "../expression/facts.ts";
import { sha256Hex } from "../expression/sha256-hex.ts";

import { type Findings, isTestForm } from "../findings/findings.ts";
import { isGeneric, namesSomething } from "../findings/generic-lines.ts";
import { normalizeText } from "../findings/normalize-text.ts";
import type { Fingerprint } from "../fingerprint.ts";
import type { Incident } from "../incident.ts";
import type { FailedStep } from "../log/log-reading.ts";
import type { Evidence } from "../tools/evidence.ts";

/** Raised when equal failures get other keys than before. */
const VERSION = 1;
/** Findings that count, in a fixed order: a hundred failing tests are one cause even if one more fails elsewhere. */
const MOST_IDS = 8;
const LONGEST_TEXT = 600;
/** How many lines the decisive line may be apart from the findings that it sums up. */
const NEAR = 60;
const NEAR_MESSAGE = 25;
const MOST_NEIGHBOURS = 3;

export interface FingerprintInput {
	readonly incident: Pick<Incident, "kind" | "alert">;
	readonly facts: Facts;
	readonly failure: { readonly type: string; readonly evidence?: Evidence };
}

/**
 * The fingerprint of a failure: its type, and the findings that decided it. Null if nothing identifies the cause, such as lines that
 * any failure prints: then it equals no other failure.
 */
export function fingerprintOf({ incident, facts, failure }: FingerprintInput): Fingerprint | null {
	if (incident.kind === "review" || incident.kind === "change") return null;
	const ids = incident.alert === undefined ? idsInLog(facts, failure) : idsOfAlert(incident.alert);
	if (ids.length === 0) return null;
	const { type } = failure;
	const sorted = [...new Set(ids)].sort().slice(0, MOST_IDS);
	const text = `${type}: ${sorted.join(" ; ")}`;
	const key = sha256Hex(JSON.stringify([VERSION, type, ...sorted])).slice(0, 32);
	return { key, text: text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…` };
}

/** Advisory, package and manifest; for code scanning the tool, its rule, its message and the file. A secret has no place. */
function idsOfAlert({ cve_id, package_name, manifest_path, description }: NonNullable<Incident["alert"]>): string[] {
	const parts = (all: readonly (string | undefined)[]) => all.filter((part) => part !== undefined).join(" ");
	if (cve_id !== undefined && package_name !== undefined) return [parts([cve_id, package_name, manifest_path])];
	if (manifest_path === undefined || description === undefined) return [];
	return [normalizeText(`${manifest_path}: ${description}`)];
}

function idsInLog({ log }: Facts, { type, evidence }: FingerprintInput["failure"]): readonly string[] {
	// No commit causes what a runner lacks.
	if (log === undefined || evidence?.kind === "runner") return [];
	const { line } = evidence ?? {};
	const all = log.findings ?? [];
	const messages = all.filter(({ form, log: of }) => form === "message" && of === (line?.log ?? 0));
	const said = line === undefined || line.text === "" ? undefined : (line.headline ?? line.text);
	if (evidence?.kind === "network") {
		return hostsOf([said ?? "", line?.text ?? "", ...messages.flatMap(({ ids }) => ids)]);
	}
	const chosen = decisive(all, { isTest: isTestType(type), line });
	if (chosen !== undefined) {
		return all.filter(({ form }) => form === chosen.form).flatMap(({ ids, form }) => ids.map((id) => `${form}: ${id}`));
	}
	const own = said === undefined ? "" : normalizeText(said);
	if (said !== undefined && !isGeneric(said) && !saysTestsFailed(type, said) && namesSomething(own)) return [own];
	const named = namedNear(messages, line?.line);
	return named.length > 0 ? named : withNeighbours(own, log.steps?.[line?.log ?? 0]);
}

/** What the messages around the decisive line name. */
function namedNear(messages: readonly Findings[], line: number | undefined): readonly string[] {
	const near = messages.find((found) => line === undefined || distance(found, line) <= NEAR_MESSAGE);
	return near?.ids.filter(namesSomething).slice(-MOST_NEIGHBOURS) ?? [];
}

/** A line that a tool says of any project identifies the cause together with what stands beside it. */
function withNeighbours(own: string, step: FailedStep | undefined): readonly string[] {
	const beside = [...(step?.errors ?? []), ...(step?.last ?? [])].filter((one) => !isGeneric(one));
	const particular = beside
		.map((one) => normalizeText(one))
		.filter(namesSomething)
		.slice(-MOST_NEIGHBOURS);
	return particular.length === 0 || own === "" ? [] : [own, ...particular];
}

/** The findings that the decisive line belongs to, or sums up. Messages are none: they may be of anything. */
function decisive(
	all: readonly Findings[],
	{ isTest, line }: { readonly isTest: boolean; readonly line: Evidence["line"] },
): Findings | undefined {
	const near = all
		.filter(({ form, log }) => form !== "message" && (line === undefined || log === line.log))
		.map((found) => ({ found, away: line === undefined ? 0 : distance(found, line.line) }))
		.filter(({ found, away }) => away <= (isTest && isTestForm(found.form) ? Number.POSITIVE_INFINITY : NEAR));
	// A flaky test that passed when it was repeated is no cause of what the compiler says below it.
	const fitting = near.filter(({ found, away }) => isTestForm(found.form) === isTest || (!isTest && away === 0));
	const rank = ({ form }: Findings) => (isTestForm(form) === isTest ? 0 : 2) + (form === "place" ? 1 : 0);
	return fitting.toSorted((one, other) => rank(one.found) - rank(other.found) || one.away - other.away)[0]?.found;
}

function distance({ first, last }: Findings, line: number): number {
	return line < first ? first - line : line > last ? line - last : 0;
}

function isTestType(type: string): boolean {
	return /(?:^|_)tests?$/.test(type);
}

/** `FAIL src/cart.test.ts` names a file of tests, and no test. */
function saysTestsFailed(type: string, said: string): boolean {
	return isTestType(type) && /^\W*(?:FAIL|FAILED|ERROR|not ok|test result)\b[^:]*$/.test(said);
}

const HOST =
	/(?:https?:\/\/|ENOTFOUND |EAI_AGAIN |[Hh]ost:? ['"]?|host=['"]?|lookup |resolve ['"]?|connect to |dial tcp:? )([a-z\d-]+(?:\.[a-z\d-]+)+)/g;

/** The hosts that did not answer, of the first text that names one. */
function hostsOf(texts: readonly string[]): readonly string[] {
	const hosts = texts.map((text) => [...text.matchAll(HOST)].map(([, host]) => host as string));
	return hosts.find((found) => found.length > 0) ?? [];
}
