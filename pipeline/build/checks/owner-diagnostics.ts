import { isChoice } from "../../agent-choice.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { didYouMean } from "./did-you-mean.ts";

/** Fields that two agents take, or that there are not, a second default agent, and rules that may give no agent. */
export function ownerDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return [...takenDiagnostics(source, file), ...defaultDiagnostics(source, file), ...choiceDiagnostics(source, file)];
}

function takenDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const owners = new Map<string, string>();
	const fields = fieldsOf(source, file);
	return byName(file.agents).flatMap(([agent, { takes }]) =>
		each(takes).flatMap(([index, field]) => {
			const at = ["agents", agent, "takes", index];
			const owner = owners.get(field);
			owners.set(field, owner ?? agent);
			if (owner !== undefined) {
				const who = owner === agent ? `\`${agent}\` twice` : `\`${owner}\` and \`${agent}\``;
				return [source.at(at, `\`${field}\` is taken by ${who}. One agent takes a field.`)];
			}
			if (fields.length === 0 || fields.includes(field)) return [];
			return [source.at(at, `There is no field \`${field}\`.${didYouMean(field, fields)}`, fields)];
		}),
	);
}

/** The fields of tools, and the categories that rules give. */
function fieldsOf(source: YamlSource, file: ValidPart): readonly string[] {
	const declared = valueAt(source.value, ["fields"]);
	const names = typeof declared === "object" && declared !== null ? Object.keys(declared) : [];
	const categories = each(file.classify).flatMap(([, { category }]) => (category === undefined ? [] : [category]));
	return [...new Set([...names, ...categories])];
}

function defaultDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const [first, ...others] = byName(file.agents).flatMap(([name, agent]) => (agent.default === true ? [name] : []));
	return others.map((name) =>
		source.at(["agents", name, "default"], `\`${first}\` is the default agent. There is at most one.`),
	);
}

/** Columns that make a rule a row of a table. */
const COLUMNS = ["row", "evidence", "workflows", "files"];

function choiceDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const last = (file.route?.length ?? 0) - 1;
	return each(file.route).flatMap(([index, { agent }]) => {
		if (agent === undefined || !isChoice(agent)) return [];
		const at = ["route", index, "agent"];
		if (COLUMNS.some((column) => valueAt(source.value, ["route", index, column]) !== undefined)) {
			return [source.at(at, "A row of the table names its agent. Put the expression into a rule of its own.")];
		}
		const message = "The last rule of `route` must name an agent: an expression may give none. Add a rule after it.";
		return index === last ? [source.at(at, message)] : [];
	});
}
