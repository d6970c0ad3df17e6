import { readPath } from "../expression/read-path.ts";
import { type IncidentFields, shapeIncident } from "./incident-shape.ts";

/** `owner/name` in the characters that GitHub allows. */
export const REPOSITORY = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;

/** Fields that nearly every GitHub payload has in the same place; a mapping of the same field wins. */
export function envelopeOf(payload: unknown): IncidentFields {
	return shapeIncident({
		repository: readPath(payload, ["repository", "full_name"]),
		default_branch: readPath(payload, ["repository", "default_branch"]),
		installation_id: readPath(payload, ["installation", "id"]),
		sender: readPath(payload, ["sender"]),
	});
}

/** The repository that a payload names; undefined if none that GitHub could have. Only that, where nothing else is asked for. */
export function repositoryNameOf(payload: unknown): string | undefined {
	const name = readPath(payload, ["repository", "full_name"]);
	return typeof name === "string" && REPOSITORY.test(name) ? name : undefined;
}
