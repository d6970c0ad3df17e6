import type { Suspect, WhoseVerdict } from "../whose-failure.ts";

/** One finished check of a commit, as the journal keeps it. */
export interface CheckResult {
	readonly branch: string;
	readonly check: string;
	readonly sha: string;
	readonly is_green: boolean;
	/** The cause of a red one; null where it is not known. */
	readonly fingerprint: string | null;
	/** When its run began, in ms: results may be delivered in any order. */
	readonly began_at: number;
}

/** What is known of a commit. Absent commits are unknown: they are no proof of anything. */
export interface KnownCommit {
	/** Absent: nobody said. */
	readonly parents?: readonly string[];
	/** A login, else the name in the commit. */
	readonly author?: string;
}

/** A red check, and the history that may say whose failure it is. */
export interface WhoseFailure {
	/** One of `results`, or as it will be there. */
	readonly red: CheckResult;
	/** The branch that it is to be merged into; for an entry of a merge queue, the queue's base. Absent: nobody names it. */
	readonly base?: string;
	/** The category of the failure type: `network` and `runner` are nobody's change. */
	readonly category?: string;
	/** Whether the same failure passed lately when it was run again: it is in the flake ledger. */
	readonly isKnownFlake?: boolean;
	/** Of this check, on both branches, in any order, also more than once. */
	readonly results: readonly CheckResult[];
	readonly commits: ReadonlyMap<string, KnownCommit>;
}

/** Categories of failures that no commit causes. */
const NOBODYS: ReadonlySet<string> = new Set(["network", "runner"]);

/**
 * Whose failure a red check is, as far as results and commits say so. What is not known is never taken as green: then the verdict is
 * `unknown`.
 */
export function whoseFailure(asked: WhoseFailure): WhoseVerdict {
	const { red, base, category } = asked;
	if (category !== undefined && NOBODYS.has(category)) {
		return { verdict: "infrastructure", why: "no commit causes a failure of the network or of a runner" };
	}
	const others = asked.results.filter((one) => one.check === red.check && !isSame(one, red));
	const results = byTime([...others, red]);
	const isBoth = results.some(({ sha, is_green }) => is_green && sha === red.sha);
	if (base === undefined) {
		return isBoth ? BOTH : asked.isKnownFlake ? KNOWN : { verdict: "unknown", why: "nobody names its base branch" };
	}
	const history = { ...asked, base, results };
	const onBase = results.filter(({ branch }) => branch === base);
	const before = red.branch === base ? undefined : baseVerdict(history, onBase);
	if (before?.verdict === "base_branch" && !(asked.isKnownFlake && !isRedTwice(history, onBase))) return before;
	if (isBoth) return BOTH;
	if (asked.isKnownFlake) return KNOWN;
	if (before !== undefined) return before;
	const suspect = firstRed(history, onBase);
	if (suspect === undefined) return { verdict: "unknown", why: `no green result of ${red.check} on ${base} is known` };
	return { verdict: "base_branch", suspect, why: `it is red on ${base} itself` };
}

const BOTH: WhoseVerdict = { verdict: "flaky", why: "the same commit passed and failed" };
const KNOWN: WhoseVerdict = { verdict: "flaky", why: "the same failure passed lately when it was run again" };

type History = WhoseFailure & { readonly base: string };

/** Whether two commits of the base fail for this cause, and none after them passed: a flake that is seen once blames nobody. */
function isRedTwice({ red }: History, onBase: readonly CheckResult[]): boolean {
	const since = onBase.slice(onBase.findLastIndex(({ is_green }) => is_green) + 1);
	return new Set(since.filter((one) => isCause(one, red)).map(({ sha }) => sha)).size > 1;
}

/** What the base branch says about a red check of another branch. */
function baseVerdict(asked: History, onBase: readonly CheckResult[]): WhoseVerdict {
	const { red, base, commits } = asked;
	const ancestors = ancestorsOf(red.sha, commits, new Set(onBase.map(({ sha }) => sha)));
	const same = onBase.filter((one) => !one.is_green && isCause(one, red));
	const inherited = newestOf(onBase, (sha) => ancestors.shas.has(sha));
	// The newest base commit that it has: red there for the same cause, or green, whatever the base is now.
	if (inherited !== undefined && !isFlakyAt(onBase, inherited.sha)) {
		if (!inherited.is_green && isCause(inherited, red)) {
			return ofBase(asked, onBase, `${base} is red for the same cause in a commit that ${red.branch} has`);
		}
		const isSeen = same.some(({ began_at }) => began_at > inherited.began_at && began_at <= red.began_at);
		if (inherited.is_green && ancestors.isWhole && !isSeen)
			return ofBranch(asked, "its newest result of the base is green");
	}
	const broken = same.findLast(({ sha }) => !isFlakyAt(onBase, sha));
	if (broken !== undefined) {
		const fixed = onBase.some((one) => one.is_green && one.began_at > broken.began_at && one.began_at <= red.began_at);
		if (!fixed) return ofBase(asked, onBase, `${base} fails for the same cause`);
		return { verdict: "unknown", why: `${base} failed for the same cause, and passed since` };
	}
	const newest = onBase.findLast(({ began_at }) => began_at <= red.began_at);
	if (newest === undefined) return { verdict: "unknown", why: `no result of ${red.check} on ${base} is known` };
	if (newest.is_green) return ofBranch(asked, `${base} is green`);
	if (newest.fingerprint !== null && red.fingerprint !== null) {
		return ofBranch(asked, `${base} fails for another cause`);
	}
	return { verdict: "unknown", why: `${base} is red, and the causes cannot be compared` };
}

function ofBase(asked: History, onBase: readonly CheckResult[], why: string): WhoseVerdict {
	const suspect = firstRed(asked, onBase);
	return { verdict: "base_branch", ...(suspect !== undefined && { suspect }), why };
}

function ofBranch(asked: History, why: string): WhoseVerdict {
	const { red, results } = asked;
	const suspect = firstRed(
		asked,
		results.filter(({ branch }) => branch === red.branch),
	);
	return { verdict: "yours", suspect: suspect ?? suspectOf(asked, red.sha), why };
}

/** The first of the newest unbroken sequence of commits that fail for this cause. */
function firstRed(asked: History, results: readonly CheckResult[]): Suspect | undefined {
	const { red, commits } = asked;
	const last = results.findLastIndex((one) => !one.is_green && isCause(one, red) && one.began_at <= red.began_at);
	if (last === -1) return undefined;
	const end = (results[last] as CheckResult).sha;
	const { shas, isWhole } = ancestorsOf(end, commits);
	let first = end;
	for (let at = last; at >= 0; at--) {
		const { sha, is_green, fingerprint } = results[at] as CheckResult;
		// What a force-push replaced is no part of this history.
		if (isWhole && !shas.has(sha)) continue;
		if (is_green && sha !== end && !results.some((one) => one.sha === sha && !one.is_green)) break;
		if (!is_green && (fingerprint === null || red.fingerprint === null || fingerprint === red.fingerprint)) first = sha;
	}
	return suspectOf(asked, first);
}

function suspectOf({ commits }: WhoseFailure, sha: string): Suspect {
	const author = commits.get(sha)?.author;
	return { sha, ...(author !== undefined && { author }) };
}

interface Ancestors {
	/** With the commit itself. */
	readonly shas: ReadonlySet<string>;
	/** Whether no commit on the way was unknown: then what is not in it is no ancestor. */
	readonly isWhole: boolean;
}

/** The commits that it consists of; behind one of `ends` nothing more is asked. */
function ancestorsOf(
	sha: string,
	commits: ReadonlyMap<string, KnownCommit>,
	ends: ReadonlySet<string> = new Set(),
): Ancestors {
	const shas = new Set<string>();
	const next = [sha];
	let isWhole = true;
	for (let at = next.pop(); at !== undefined; at = next.pop()) {
		if (shas.has(at)) continue;
		shas.add(at);
		if (ends.has(at) && at !== sha) continue;
		const parents = commits.get(at)?.parents;
		if (parents === undefined) isWhole = false;
		else next.push(...parents);
	}
	return { shas, isWhole };
}

function newestOf(results: readonly CheckResult[], has: (sha: string) => boolean): CheckResult | undefined {
	return results.findLast(({ sha }) => has(sha));
}

function isFlakyAt(results: readonly CheckResult[], at: string): boolean {
	const own = results.filter(({ sha }) => sha === at);
	return own.some(({ is_green }) => is_green) && own.some(({ is_green }) => !is_green);
}

/** Causes that are not known are not the same. */
function isCause(one: CheckResult, other: CheckResult): boolean {
	return one.fingerprint !== null && one.fingerprint === other.fingerprint;
}

function isSame(one: CheckResult, other: CheckResult): boolean {
	return one.sha === other.sha && one.branch === other.branch && one.began_at === other.began_at;
}

function byTime(results: readonly CheckResult[]): readonly CheckResult[] {
	return results.toSorted((one, other) => one.began_at - other.began_at);
}
