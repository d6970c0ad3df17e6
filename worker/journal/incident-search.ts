import { incidentOfFixBranch } from "../../pipeline/index.ts";

/** Binds a value and returns its placeholder. */
export type Place = (value: string | number) => string;

/** One way to find incidents by an index. */
export interface Lookup {
	/** SQL: the incidents to choose from, `incidents` unless given. */
	readonly from?: (place: Place) => string;
	/** SQL: a condition on them. */
	readonly where?: (place: Place) => string;
}

/**
 * Every way to find what somebody typed or pasted: an incident's id or its beginning, a delivery's id, `#402`, `acme/shop#402`, a
 * commit (7 digits or more), a branch, a fix's branch, a run's id, a CodeRun, an agent, rule, failure type, workflow or
 * repository, or GitHub's address of a pull request, run or commit. Each costs one step down an index, whatever the journal's
 * size.
 */
export function lookupsFor(typed: string): readonly Lookup[] {
	const { text, repository } = withoutAddress(typed.trim());
	// Only workflows have names with spaces.
	if (/\s/.test(text)) return [byWorkflow(text)];
	const number = /^(?:[\w.-]+\/[\w.-]+)?#(\d{1,12})$/.exec(text)?.[1];
	if (number !== undefined) {
		const named = /^([\w.-]+\/[\w.-]+)#/.exec(text)?.[1] ?? repository;
		return byNumber(Number(number)).map((lookup) => inRepository(lookup, named));
	}
	const hex = text.toLowerCase();
	return [
		...(/^[0-9a-f]{7,32}$/.test(hex) ? [byIdPrefix(hex)] : []),
		...(/^[0-9a-f]{7,40}$/.test(hex) ? [byCommit(hex)] : []),
		...(/^\d{1,15}$/.test(text) ? [by("incidents_by_run_id", "run_id", text), ...byNumber(Number(text))] : []),
		...byNames(text),
	];
}

function byNames(text: string): readonly Lookup[] {
	const fixed = incidentOfFixBranch(text);
	return [
		...(fixed === undefined ? [] : [byIdPrefix(fixed)]),
		...(text.includes("/") ? [by("incidents_by_repository", "repository", text)] : []),
		by("incidents_by_branch_name", "branch", text),
		byWorkflow(text),
		by("incidents_by_agent", "agent", text),
		by("incidents_by_rule", "rule", text),
		by("incidents_by_failure_type", "failure_type", text),
		byAttempts({ agent: text }),
		byAttempts({ rule: text }),
		listed("SELECT DISTINCT incident_id FROM attempts INDEXED BY attempts_by_coderun WHERE coderun_name =", text),
		listed("SELECT DISTINCT incident_id FROM deliveries INDEXED BY deliveries_by_id WHERE delivery_id =", text),
		listed("SELECT DISTINCT incident_id FROM recorded_deliveries WHERE delivery_id =", text),
	];
}

/** What a decision was about; of an incident's latest decision, or of an attempt. */
export interface DecidedBy {
	readonly agent?: string | undefined;
	readonly rule?: string | undefined;
	readonly failure_type?: string | undefined;
}

const DECIDED = ["rule", "agent", "failure_type"] as const;
const INDEX_OF_ATTEMPTS = { rule: "attempts_by_rule", agent: "attempts_by_agent", failure_type: "attempts_by_type" };

/** An agent has attempts by the thousand, and the newest incidents are shown first. */
const MOST_ATTEMPTS = 1000;

/** Incidents with an attempt that was decided like this; of the newest thousand such attempts. */
export function byAttempts(decided: DecidedBy): Lookup {
	const given = DECIDED.filter((name) => decided[name] !== undefined);
	const index = INDEX_OF_ATTEMPTS[given[0] ?? "agent"];
	return {
		from: (place) => `(SELECT DISTINCT incident_id FROM (
				SELECT incident_id FROM attempts INDEXED BY ${index}
				WHERE ${given.map((name) => `${name} = ${place(decided[name] ?? "")}`).join(" AND ")}
				ORDER BY decided_at DESC LIMIT ${MOST_ATTEMPTS}
			)) AS decided CROSS JOIN incidents ON incidents.id = decided.incident_id`,
	};
}

/** SQL: conditions on the latest decision. */
export function latestDecision(decided: DecidedBy, place: Place): readonly string[] {
	return DECIDED.flatMap((name) => {
		const value = decided[name];
		return value === undefined ? [] : [`incidents.${name} = ${place(value)}`];
	});
}

/** SQL: the latest decision or an attempt was like this, for incidents that are found otherwise; undefined if nothing is asked. */
export function everDecided(decided: DecidedBy, place: Place): string | undefined {
	const latest = latestDecision(decided, place);
	if (latest.length === 0) return undefined;
	const attempt = latest.map((condition) => condition.replace("incidents.", "attempts."));
	return `((${latest.join(" AND ")}) OR EXISTS (
		SELECT 1 FROM attempts WHERE attempts.incident_id = incidents.id AND ${attempt.join(" AND ")}
	))`;
}

/** `prefix`: hex digits. */
export function byIdPrefix(prefix: string): Lookup {
	return {
		from: () => "incidents INDEXED BY sqlite_autoindex_incidents_1",
		where: (place) => `id >= ${place(prefix)} AND id < ${place(`${prefix}g`)}`,
	};
}

function byCommit(prefix: string): Lookup {
	const sha = "json_extract(incident, '$.head_sha')";
	return {
		from: () => "incidents INDEXED BY incidents_by_sha",
		where: (place) => `${sha} >= ${place(prefix)} AND ${sha} < ${place(`${prefix}g`)}`,
	};
}

/** Of the failure's pull request, or of the fix's. */
function byNumber(number: number): readonly Lookup[] {
	return [
		by("incidents_by_number", "json_extract(incident, '$.pr_number')", number),
		listed(
			"SELECT DISTINCT incident_id FROM attempts INDEXED BY attempts_by_pull_request WHERE pull_request =",
			number,
		),
	];
}

const WORKFLOW = "json_extract(incident, '$.workflow.name') COLLATE NOCASE";

export function byWorkflow(name: string): Lookup {
	return by("incidents_by_workflow", WORKFLOW, name);
}

/** SQL: the same as a condition on incidents that are found otherwise. */
export function hasWorkflow(name: string, place: Place): string {
	return `${WORKFLOW} = ${place(name)}`;
}

function by(index: string, column: string, value: string | number): Lookup {
	return { from: () => `incidents INDEXED BY ${index}`, where: (place) => `${column} = ${place(value)}` };
}

/** The incidents that a query of a few ids lists. */
function listed(query: string, value: string | number): Lookup {
	return {
		from: (place) => `(${query} ${place(value)} LIMIT ${MOST_ATTEMPTS}) AS listed
			CROSS JOIN incidents ON incidents.id = listed.incident_id`,
	};
}

function inRepository(lookup: Lookup, repository: string | undefined): Lookup {
	if (repository === undefined) return lookup;
	const { where } = lookup;
	return {
		...lookup,
		where: (place) =>
			[...(where === undefined ? [] : [where(place)]), `repository = ${place(repository)}`].join(" AND "),
	};
}

/** GitHub's address of a pull request, run or commit, on whatever host, as the short form of it. */
function withoutAddress(text: string): { readonly text: string; readonly repository?: string } {
	const found = /^https?:\/\/[^/\s]+\/([\w.-]+\/[\w.-]+)\/(pull|actions\/runs|commit)\/([0-9a-f]+)/i.exec(text);
	if (found === null) return { text };
	const [, repository = "", what, id = ""] = found;
	return what === "pull" ? { text: `#${id}`, repository } : { text: id };
}
