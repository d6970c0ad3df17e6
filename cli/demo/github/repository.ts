/** Some fields of a resource of GitHub's REST API, by GitHub's names. */
export type Fields = { readonly [name: string]: unknown };

/** What the stand-in for GitHub knows of one repository: what the demo's deliveries are about, and what Healer writes. */
export class DemoRepository {
	readonly name: string;
	readonly runs = new Map<number, Fields>();
	/** By run; the newest attempt's. */
	readonly jobs = new Map<number, readonly Fields[]>();
	/** By job. */
	readonly logs = new Map<number, string>();
	readonly pulls = new Map<number, Fields>();
	/** By commit. */
	readonly commits = new Map<string, Fields>();
	/** Files by pull request or commit. */
	readonly files = new Map<number | string, readonly Fields[]>();
	/** Heads by branch. */
	readonly branches = new Map<string, string>();
	readonly reviews = new Map<number, readonly Fields[]>();
	/** By issue or pull request. */
	readonly comments = new Map<number, Fields[]>();
	readonly issues = new Map<number, Fields>();
	readonly labels = new Map<number, readonly Fields[]>();
	readonly alerts = new Map<string, Fields>();

	constructor(name: string) {
		this.name = name;
	}

	get url(): string {
		return `https://github.com/${this.name}`;
	}
}
