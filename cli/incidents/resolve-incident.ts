import { fail, ok, type Result } from "../../wire/result.ts";
import { visible } from "../table.ts";
import { askFor, type WorkerAccess } from "../worker-api.ts";
import { incidentPage, type ListedIncident, SHORT_ID } from "./incident-answer.ts";

const MOST_CANDIDATES = 10;

/**
 * The whole id for one that is given whole, as its page's address, or by its first digits (4 or more). An ambiguous beginning
 * is a problem that lists the candidates.
 */
export async function resolveIncident(worker: WorkerAccess, given: string): Promise<Result<string>> {
	const id = given.replace(/^https?:\/\/\S*\/incidents\/([0-9a-f]+)\S*$/i, "$1").toLowerCase();
	if (/^[0-9a-f]{32}$/.test(id)) return ok(id);
	if (!/^[0-9a-f]{4,31}$/.test(id)) {
		return fail(
			`${visible(given)} is no incident's id: give its first 4 digits or more. \`healer incidents ${visible(given)}\` searches for it.`,
		);
	}
	const page = await askFor(worker, `/api/incidents?id=${id}&limit=${MOST_CANDIDATES}&with=title`, incidentPage);
	if (!page.ok) return page;
	const { incidents, next } = page.value;
	const [found, ...others] = incidents;
	if (found === undefined) return fail(`${id}: no such incident.`);
	if (others.length === 0 && next === null) return ok(found.id);
	const more = next === null ? [] : ["  ..."];
	return fail([`${id} is ambiguous. Give more digits:`, ...incidents.map(candidate), ...more].join("\n"));
}

function candidate({ id, status, repository, branch, title }: ListedIncident): string {
	return `  ${id.slice(0, SHORT_ID)}  ${status}  ${visible([repository, branch, title].filter(Boolean).join(" · "))}`;
}
