import type { Suggestion } from "../../worker/api/insights/shapes.ts";

/** The rules that chose the wrong agent most often, and the rule that would have been right. */
export function Suggestions({ suggestions }: { readonly suggestions: readonly Suggestion[] }) {
	if (suggestions.length === 0) return null;
	return (
		<section class="panel" aria-label="Suggestions">
			<h2>Suggestions</h2>
			<ul class="suggestions">
				{suggestions.map((one) => (
					<li key={`${one.rule} ${one.agent} ${one.instead}`}>
						{one.text}{" "}
						<span class="dim">
							{one.incidents.map((id) => (
								<a key={id} href={`/incidents/${id}`}>
									<code>{id.slice(0, 8)}</code>{" "}
								</a>
							))}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}
