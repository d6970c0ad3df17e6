import type { TextDiagnostic } from "./finding.ts";
import type { Inspection } from "./inspect-expression.ts";
import { didYouMean } from "./near-miss.ts";
import { shapeRead, writtenPath } from "./path-mistakes.ts";
import type { Visible } from "./scopes.ts";
import { follow, KnownTexts } from "./shape.ts";

/** Texts compared with something that can never be them, such as `action = 'complete'`. */
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
