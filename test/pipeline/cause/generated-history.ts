import type { CheckResult, FailureVerdict, KnownCommit, WhoseFailure } from "../../../pipeline/index.ts";
import type { Chance } from "../../support/seeded-chance.ts";

/** A red check in a generated repository, and the truth, which is read from the breaks that its commits make and take back. */
export interface GeneratedHistory {
	readonly asked: WhoseFailure;
	readonly truth: { readonly verdict: FailureVerdict; readonly suspects: readonly string[] };
	readonly has: readonly string[];
}

interface Commit {
	readonly sha: string;
	readonly parents: readonly Commit[];
	readonly author: string;
	/** Causes that it breaks and takes back. */
	readonly breaks?: string;
	readonly repairs?: string;
	readonly isBase: boolean;
}

/** Main with breaks and reverts, a branch that leaves it, merges it, breaks by itself, is pushed by force, or is queued. */
export function generateHistory(chance: Chance, number: number): GeneratedHistory {
	const has: string[] = [];
	const results: CheckResult[] = [];
	let clock = 1_700_000_000_000 + number;
	const commits: Commit[] = [];
	const commit = (parents: readonly Commit[], isBase: boolean, more: Partial<Commit> = {}): Commit => {
		const at = commits.length;
		const made = { sha: `${number}-${at}`.padStart(40, "0"), parents, author: `author-${at % 7}`, isBase, ...more };
		commits.push(made);
		return made;
	};
	const report = (branch: string, of: Commit, flake = false) => {
		clock += 60_000;
		const [cause] = flake ? ["flake"] : [...brokenAt(of)].sort();
		results.push({
			branch,
			check: "test",
			sha: of.sha,
			is_green: cause === undefined,
			fingerprint: cause ?? null,
			began_at: clock,
		});
	};

	let main = commit([], true);
	report("main", main);
	const mainHistory = [main];
	const stepMain = () => {
		const broken = [...brokenAt(main)];
		const dice = chance.next();
		if (broken.length > 0 && dice < 0.35) main = commit([main], true, { repairs: broken[0] as string });
		else if (broken.length === 0 && dice < 0.25) main = commit([main], true, { breaks: `main-${commits.length}` });
		else main = commit([main], true);
		mainHistory.push(main);
		// Nobody runs CI for each commit of a push.
		if (chance.next() < 0.85) report("main", main);
	};
	for (let steps = 2 + chance.below(5); steps > 0; steps--) stepMain();

	const isQueue = chance.next() < 0.1;
	const branch = isQueue ? `gh-readonly-queue/main/pr-7-${"a".repeat(40)}` : "feature";
	if (isQueue) has.push("queue");
	let head = main;
	for (let steps = 1 + chance.below(5); steps > 0; steps--) {
		const dice = chance.next();
		if (dice < 0.3) stepMain();
		const own = [...brokenAt(head)].filter((cause) => cause.startsWith("own"));
		if (dice < 0.15 && head !== main) {
			head = commit([head, main], false);
			has.push("merge");
		} else if (dice < 0.3 && own.length > 0) {
			head = commit([head], false, { repairs: own[0] as string });
			has.push("revert");
		} else if (dice < 0.65 && own.length === 0) head = commit([head], false, { breaks: `own-${commits.length}` });
		else if (dice < 0.72 && !head.isBase && head.parents.length === 1) {
			has.push("force-push");
			const { breaks } = head;
			head = commit(head.parents, false, breaks === undefined ? {} : { breaks });
		} else head = commit([head], false);
		if (chance.next() < 0.9 || steps === 1) report(branch, head);
	}

	const newest = results.findLast((one) => one.branch === branch) as CheckResult;
	let red = newest;
	let truth: GeneratedHistory["truth"];
	let category = "test";
	const nobody = chance.next();
	if (nobody < 0.08) {
		category = chance.next() < 0.5 ? "network" : "runner";
		red = { ...newest, is_green: false, fingerprint: null, began_at: clock + 60_000 };
		truth = { verdict: "infrastructure", suspects: [] };
	} else if (newest.is_green) {
		report(branch, head, true);
		red = results.at(-1) as CheckResult;
		truth = { verdict: "flaky", suspects: [] };
	} else {
		const cause = newest.fingerprint as string;
		const origin = commits.find(({ breaks, sha }) => breaks === cause && isAncestor(head, sha)) as Commit;
		truth = {
			verdict: origin.isBase ? "base_branch" : "yours",
			suspects: [firstReported(origin, head, results, origin.isBase ? "main" : branch, commits)],
		};
	}
	let known = new Map<string, KnownCommit>(
		commits.map(({ sha, parents, author }) => [sha, { author, parents: parents.map((one) => one.sha) }]),
	);
	if (chance.next() < 0.1) {
		known = new Map();
		has.push("parents unknown");
	}
	const repeated = results.flatMap((one) => (chance.next() < 0.2 ? [one, one] : [one]));
	return {
		asked: { red, base: "main", category, results: chance.shuffled(repeated), commits: known },
		truth,
		has,
	};
}

/** All of its history, commit by commit: what is broken and was not taken back. */
function brokenAt(head: Commit): ReadonlySet<string> {
	const all = ancestors(head);
	const repaired = new Set(all.map(({ repairs }) => repairs));
	return new Set(all.flatMap(({ breaks }) => (breaks === undefined || repaired.has(breaks) ? [] : [breaks])));
}

function ancestors(head: Commit): readonly Commit[] {
	const all = new Set<Commit>();
	const next = [head];
	for (let at = next.pop(); at !== undefined; at = next.pop()) {
		if (all.has(at)) continue;
		all.add(at);
		next.push(...at.parents);
	}
	return [...all];
}

function isAncestor(head: Commit, sha: string): boolean {
	return ancestors(head).some((one) => one.sha === sha);
}

/** The first commit with the break that CI looked at: nobody can name an earlier one. */
function firstReported(
	origin: Commit,
	head: Commit,
	results: readonly CheckResult[],
	branch: string,
	commits: readonly Commit[],
): string {
	const cause = origin.breaks as string;
	const reported = results.find((one) => {
		const commit = commits.find(({ sha }) => sha === one.sha) as Commit;
		const isIn = branch === "main" || isAncestor(head, one.sha);
		return one.branch === branch && isIn && isAncestor(commit, origin.sha) && one.fingerprint === cause;
	});
	return reported?.sha ?? "";
}
