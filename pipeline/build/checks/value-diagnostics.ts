import type { Visible } from "../scopes/scopes.ts";
import { follow, KnownTexts } from "../scopes/shape.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Inspection } from "./inspect-expression.ts";
import { shapeRead, writtenPath } from "./path-diagnostics.ts";

/** Comparisons with a text that the value can never be, such as `action = 'complete'`. */
export function valueDiagnostics(
	{ comparisons }: Inspection,
	written: string,
	visible: Visible,
): readonly TextDiagnostic[] {
	return comparisons.flatMap(({ path, texts }) => {
		const from = shapeRead(path, visible);
		const way = from === undefined ? undefined : follow(path.names, from);
		if (way?.kind !== "there" || !(way.shape instanceof KnownTexts)) {
			return [];
		}
		const { texts: allowed, open, within } = way.shape;
		return texts.flatMap(({ text, position }) => {
			const wider = within.get(text);
			// Beside the wider one it changes nothing: `in ['network', 'runner']`.
			if (allowed.includes(text) || texts.some((other) => other.text === wider)) return [];
			const guess = wider === undefined ? didYouMean(text, allowed) : narrower(text, wider);
			if (open && guess === "") return [];
			return [
				{
					start: position,
					text: written.slice(position, position + text.length + 2),
					message: `\`${writtenPath(path)}\` is never \`${text}\`.${guess}`,
					allowed,
				},
			];
		});
	});
}

/** Only failures have names within others. */
function narrower(type: string, category: string): string {
	return ` That is a failure type of \`${category}\`: write \`$failure.type = '${type}'\`.`;
}
