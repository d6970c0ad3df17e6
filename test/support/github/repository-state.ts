import {
	type Branch,
	type Changes,
	type CheckRun,
	type CodeScanningAlert,
	type Comment,
	type Commit,
	type Comparison,
	type DependabotAlert,
	type GitRef,
	type Issue,
	type Job,
	type Label,
	type Permission,
	type Pull,
	type PullFile,
	type Reaction,
	type Review,
	type ReviewComment,
	type Run,
	type Status,
	samples,
} from "./samples.ts";

/** An answer that the description need not know. */
export interface GivenAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

/**
 * The content of one repository. Each `put` takes the fields that a test is about; the rest is GitHub's own example.
 * Putting the same id, number or name again replaces the object.
 */
export class RepositoryState {
	readonly fullName: string;
	readonly installationId: number;
	readonly runs = new Map<number, Run>();
	readonly jobs = new Map<number, Job & { readonly logUrl?: string }>();
	readonly pulls = new Map<number, Pull>();
	readonly files = new Map<number, readonly PullFile[]>();
	/** By pull request, oldest first. */
	readonly reviews = new Map<number, readonly Review[]>();
	/** By review. */
	readonly reviewComments = new Map<number, readonly ReviewComment[]>();
	readonly dependabotAlerts = new Map<number, DependabotAlert>();
	readonly codeScanningAlerts = new Map<number, CodeScanningAlert>();
	readonly commits = new Map<string, Commit>();
	readonly checkRuns = new Map<number, CheckRun>();
	/** By commit. */
	readonly statuses = new Map<string, readonly Status[]>();
	/** By `base...head`. */
	readonly comparisons = new Map<string, Comparison>();
	readonly branches = new Map<string, Branch>();
	readonly tags = new Map<string, GitRef>();
	readonly issues = new Map<number, Issue>();
	readonly comments = new Map<number, Comment & { readonly issue: number }>();
	/** By comment. */
	readonly reactions = new Map<number, readonly Reaction[]>();
	/** By issue or pull request. */
	readonly labels = new Map<number, readonly Label[]>();
	/** By login. */
	readonly permissions = new Map<string, Permission>();
	/** Text by path. */
	readonly contents = new Map<string, string>();
	/** Whole answers in place of the content's, by the request below the repository: `GET /pulls/7`, `GET /repositories/1/pulls/7`. */
	readonly answers = new Map<string, GivenAnswer>();

	constructor(fullName: string, installationId: number) {
		this.fullName = fullName;
		this.installationId = installationId;
	}

	putRun(changes: Changes<Run> & { readonly id: number }): Run {
		const repository = { full_name: this.fullName };
		return put(this.runs, changes.id, samples.run({ repository, head_repository: repository, ...changes }));
	}

	/** `logUrl`: where GitHub redirects for the log. Without it the log is gone. */
	putJob(changes: Changes<Job> & { readonly id: number; readonly run_id: number }, logUrl?: string): Job {
		const job = samples.job({ run_attempt: 1, ...changes });
		return put(this.jobs, changes.id, { ...job, ...(logUrl !== undefined && { logUrl }) });
	}

	putPull(changes: Changes<Pull> & { readonly number: number }, files: readonly Changes<PullFile>[] = []): Pull {
		this.files.set(changes.number, files.map(samples.pullFile));
		return put(this.pulls, changes.number, samples.pull(changes));
	}

	/** Oldest first, as GitHub lists them. */
	putReviews(pull: number, reviews: readonly Changes<Review>[]): void {
		this.reviews.set(pull, reviews.map(samples.review));
	}

	/** The comments on lines that a review has. */
	putReviewComments(review: number, comments: readonly Changes<ReviewComment>[]): void {
		this.reviewComments.set(review, comments.map(samples.reviewComment));
	}

	putDependabotAlert(changes: Changes<DependabotAlert> & { readonly number: number }): DependabotAlert {
		return put(this.dependabotAlerts, changes.number, samples.dependabotAlert(changes));
	}

	putCodeScanningAlert(changes: Changes<CodeScanningAlert> & { readonly number: number }): CodeScanningAlert {
		return put(this.codeScanningAlerts, changes.number, samples.codeScanningAlert(changes));
	}

	putCommit(changes: Changes<Commit> & { readonly sha: string }, files: readonly Changes<PullFile>[] = []): Commit {
		return put(this.commits, changes.sha, samples.commit({ ...changes, files: files.map(samples.pullFile) }));
	}

	putCheckRun(changes: Changes<CheckRun> & { readonly id: number }): CheckRun {
		return put(this.checkRuns, changes.id, samples.checkRun(changes));
	}

	/** Newest first, as GitHub lists them. */
	putStatuses(sha: string, statuses: readonly Changes<Status>[]): void {
		this.statuses.set(sha, statuses.map(samples.status));
	}

	putComparison(basehead: string, changes: Changes<Comparison>): Comparison {
		return put(this.comparisons, basehead, samples.comparison(changes));
	}

	/** A branch and the commit it points at. */
	putBranch(name: string, sha: string): Branch {
		return put(this.branches, name, samples.branch({ name, commit: { sha } }));
	}

	/** A tag and the commit it points at. */
	putTag(name: string, sha: string): GitRef {
		return put(this.tags, name, samples.gitRef({ ref: `refs/tags/${name}`, object: { type: "commit", sha } }));
	}

	putIssue(changes: Changes<Issue> & { readonly number: number }): Issue {
		return put(this.issues, changes.number, samples.issue({ labels: [], ...changes }));
	}

	putComment(issue: number, changes: Changes<Comment> & { readonly id: number }): Comment {
		return put(this.comments, changes.id, { ...samples.comment(changes), issue });
	}

	putPermission(login: string, permission: "admin" | "write" | "read" | "none"): void {
		const user = { login, role_name: permission };
		this.permissions.set(
			login.toLowerCase(),
			samples.permission({ permission, role_name: permission, user } as Changes<Permission>),
		);
	}

	putContents(path: string, text: string): void {
		this.contents.set(path, text);
	}
}

function put<K, V>(map: Map<K, V>, key: K, value: V): V {
	map.set(key, value);
	return value;
}
