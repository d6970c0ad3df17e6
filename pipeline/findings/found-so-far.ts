import { copyString } from "../text/copy-string.ts";
import type { Finding } from "./finding.ts";
import { type FindingForm, isTestForm } from "./findings.ts";

/** How much of what is printed below a finding belongs to it. */
export interface Below {
	/** How many lines say more of it, and among how many they are. */
	readonly details: number;
	readonly lines: number;
	/** `rustc` prints a finding's file below it. */
	readonly needsFile?: true;
}

/** A finding whose next lines say more. */
interface Open {
	readonly finding: Finding;
	details: number;
	lines: number;
	readonly needsFile: boolean;
}

const NOTHING: Below = { details: 0, lines: 0 };
const MOST = 200;
const MOST_GO_LINES = 3;

/** What was found in the step that is read, and where its next lines belong to. Bounded for any log. */
export class FoundSoFar {
	findings: Finding[] = [];
	open: Open | undefined;
	/** Where the next tests belong to: a binary of cargo. */
	scope = "";
	/** The file that the next tests or errors are in: one of jest, of node:test, of eslint. */
	path = "";
	/** The last exception that pytest printed: its summary leaves out why a file cannot be imported. */
	raised: string | undefined;
	/** What Go's tests printed above the name of the one that failed. */
	#above: string[] = [];

	/** A finding at a line. A test that failed before is the same finding. */
	add(
		{ form, scope = "", name }: { readonly form: FindingForm; readonly scope?: string; readonly name: string },
		at: number,
		below: Below = NOTHING,
	): Finding {
		const known = isTestForm(form) ? this.#find(form, scope, name) : undefined;
		const finding = known ?? {
			form,
			scope: copyString(scope),
			name: copyString(name),
			details: [],
			line: at,
			last: at,
		};
		finding.last = at;
		if (known === undefined && this.findings.length < MOST) this.findings.push(finding);
		const details = known !== undefined && known.details.length > 0 ? 0 : below.details;
		const needsFile = below.needsFile === true;
		this.open = below.details > 0 ? { finding, details, lines: below.lines, needsFile } : undefined;
		return finding;
	}

	/** What follows is what a test of this scope printed. */
	reopen(form: FindingForm, name: string, { details, lines }: Below): void {
		const finding = this.#find(form, this.scope, name);
		const isNew = finding !== undefined && finding.details.length === 0;
		this.open = isNew ? { finding, details, lines, needsFile: false } : undefined;
	}

	/** A new run of this scope: what failed in it before does not count. */
	startScope(form: FindingForm, scope: string): void {
		this.scope = scope;
		this.open = undefined;
		this.drop((one) => one.form === form && one.scope === scope);
	}

	drop(isGone: (finding: Finding) => boolean): void {
		if (this.findings.length > 0) this.findings = this.findings.filter((one) => !isGone(one));
	}

	keepAbove(line: string): void {
		if (this.#above.length === MOST_GO_LINES) this.#above.shift();
		this.#above.push(copyString(line));
	}

	forgetAbove(): void {
		this.#above = [];
	}

	/** They are the open finding's first details. */
	takeAbove(): void {
		if (this.open === undefined) return;
		this.open.finding.details.push(...this.#above);
		this.open.details -= this.#above.length;
		this.#above = [];
	}

	#find(form: FindingForm, scope: string, name: string): Finding | undefined {
		return this.findings.find((one) => one.name === name && one.form === form && one.scope === scope);
	}
}
