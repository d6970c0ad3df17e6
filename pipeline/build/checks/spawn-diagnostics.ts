import { parseExpression } from "../../expression/ast.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { nearest } from "./did-you-mean.ts";

/** Required by the CodeRun's schema. */
const REQUIRED = [
	"service",
	"repositoryUrl",
	"docsRepositoryUrl",
	"workingDirectory",
	"githubApp",
	"model",
	"promptModification",
] as const;

const SPEC: Path = ["spawn", "spec"];

/** Keys that Kubernetes rejects, and invalid CodeRun specs. */
export function spawnDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const { labels = {}, annotations = {}, spec } = file.spawn ?? {};
	return [
		...Object.keys(labels).flatMap((key) => keyDiagnostic(source, ["spawn", "labels", key])),
		...Object.keys(annotations).flatMap((key) => keyDiagnostic(source, ["spawn", "annotations", key])),
		...(spec ? specDiagnostics(source, spec) : []),
	];
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
function keyDiagnostic(source: YamlSource, path: Path): readonly Diagnostic[] {
	const key = String(path.at(-1));
	const [name = "", prefix, ...more] = key.split("/").reverse();
	const goodName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name);
	const part = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
	const goodPrefix =
		prefix === undefined || (prefix.length <= 253 && new RegExp(`^${part}(\\.${part})*$`).test(prefix));
	if (goodName && goodPrefix && more.length === 0) {
		return [];
	}
	const rule =
		"[prefix/]name: the name has at most 63 letters, digits, -, _ and . and a letter or digit at both ends; the prefix is a domain name";
	return [source.atKey(path, `Kubernetes rejects the key \`${key}\`. A key is ${rule}.`)];
}

function specDiagnostics(source: YamlSource, spec: Readonly<Record<string, unknown>>): readonly Diagnostic[] {
	const keys = Object.keys(spec);
	const stray = keys.filter((key) => !REQUIRED.some((known) => known === key));
	const absent = REQUIRED.filter((name) => valueAt(source.value, [...SPEC, name]) === undefined);
	const missing = absent.map((name) => {
		const near = stray.find((key) => nearest(key, absent) === name);
		return near === undefined
			? source.atKey(SPEC, `A CodeRun needs \`${name}\`. Add it to \`spec\`.`)
			: source.atKey([...SPEC, near], `A CodeRun needs \`${name}\`. Did you mean that by \`${near}\`?`, [name]);
	});
	const taskId = keys.includes("taskId")
		? [
				source.atKey(
					[...SPEC, "taskId"],
					"Never set `taskId`: the controller holds 32 bits, run ids do not fit. Leave it out.",
				),
			]
		: [];
	return [
		...missing,
		...taskId,
		...serviceDiagnostics(source, spec.service),
		...envDiagnostics(source, spec.env),
		...toolDiagnostics(source, spec),
	];
}

/** A service with "healer" in its name puts all agents on one volume and in one folder. */
function serviceDiagnostics(source: YamlSource, service: unknown): readonly Diagnostic[] {
	if (typeof service !== "string") {
		return [];
	}
	if (/healer/i.test(service)) {
		const message =
			'A `service` with "healer" in it puts all agents on one volume and in one folder. Use another one, such as "\'remediation\'".';
		return [source.at([...SPEC, "service"], message)];
	}
	const parsed = parseExpression(service);
	const literal = parsed.ok && parsed.parsed.ast.type === "string" ? String(parsed.parsed.ast.value) : undefined;
	return literal === undefined || /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(literal)
		? []
		: [
				source.at(
					[...SPEC, "service"],
					`The service \`${literal}\` becomes part of Kubernetes names: at most 40 lower-case letters, digits and -.`,
				),
			];
}

function envDiagnostics(source: YamlSource, env: unknown): readonly Diagnostic[] {
	if (env === undefined) {
		return [];
	}
	const path = [...SPEC, "env"];
	if (typeof env !== "object" || env === null || Array.isArray(env)) {
		return [source.at(path, "`env` is keys with values: a CodeRun does not accept a list of {name, value}.")];
	}
	return Object.entries(env).flatMap(([name, value]) => {
		const at = [...path, name];
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
			return [
				source.atKey(
					at,
					`\`${name}\` is not a valid environment variable name: letters, digits and _, no digit first.`,
				),
			];
		}
		if (typeof value === "string") {
			return [];
		}
		const remedy = typeof value === "object" ? "Write one expression." : `Write it as "'${value}'".`;
		return [source.at(at, `\`${name}\`: values of \`env\` are texts. ${remedy}`)];
	});
}

function toolDiagnostics(source: YamlSource, spec: Readonly<Record<string, unknown>>): readonly Diagnostic[] {
	return ["localTools", "remoteTools"].flatMap((name) =>
		Array.isArray(spec[name])
			? [
					source.at(
						[...SPEC, name],
						`\`${name}\` is one text, joined by commas: \`$join($agent.tools.${name.slice(0, -5)}, ',')\`.`,
					),
				]
			: [],
	);
}
