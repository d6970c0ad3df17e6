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
		const { texts: allowed, open } = way.shape;
		return texts.flatMap(({ text, position }) => {
			const guess = didYouMean(text, allowed);
			return allowed.includes(text) || (open && guess === "")
				? []
				: [
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
