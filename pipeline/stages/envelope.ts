import { readPath } from "../expression/read-path.ts";
import { type IncidentFields, shapeEnvelope } from "./incident-shape.ts";

/** `owner/name` in the characters that GitHub allows. */
export const REPOSITORY = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;

/** Fields that nearly every GitHub payload has in the same place; a mapping of the same field wins. */
export function envelopeOf(payload: unknown): IncidentFields {
	return shapeEnvelope({
		repository: readPath(payload, FULL_NAME),
		default_branch: readPath(payload, DEFAULT_BRANCH),
		installation_id: readPath(payload, INSTALLATION),
		sender: readPath(payload, SENDER),
	});
}

/** The repository that a payload names; undefined if none that GitHub could have. Only that, where nothing else is asked for. */
export function repositoryNameOf(payload: unknown): string | undefined {
	const name = readPath(payload, FULL_NAME);
	return typeof name === "string" && REPOSITORY.test(name) ? name : undefined;
}

const FULL_NAME = ["repository", "full_name"];
const DEFAULT_BRANCH = ["repository", "default_branch"];
const INSTALLATION = ["installation", "id"];
const SENDER = ["sender"];
