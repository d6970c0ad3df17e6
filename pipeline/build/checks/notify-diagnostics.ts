import type { ValidPart } from "../scopes/valid-part.ts";
import { each } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";

/** Targets of notifications without what their kind needs, or with what it does not have. */
export function notifyDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return each(file.notify).flatMap(([index, { name = "this one", to, secret }]) => {
		const path = ["notify", index];
		if (to === "webhook" && secret === undefined) {
			const example = `secret: $env(HEALER_NOTIFY_${name.toUpperCase().replaceAll("-", "_")}_SECRET)`;
			const message = `\`${name}\` is a webhook, so it needs a \`secret\`: without a signature its receiver cannot tell who sent a message. Add \`${example}\`.`;
			// A secret that is there and invalid has an error of its own.
			return valueAt(source.value, [...path, "secret"]) !== undefined ? [] : [source.at(path, message)];
		}
		if (to === "slack" && secret !== undefined) {
			const message = "Slack checks no signature: whoever has the URL may post. Leave `secret` out.";
			return [source.at([...path, "secret"], message)];
		}
		return [];
	});
}
