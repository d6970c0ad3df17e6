import { useState } from "preact/hooks";
import type { ShownAttempt } from "../../worker/api/shapes.ts";

/** The prompt of each attempt, as the agent got it, and the rest of the CodeRun that was asked for. */
export function Prompt({ attempts }: { readonly attempts: readonly ShownAttempt[] }) {
	const [chosen, choose] = useState<number>();
	const attempt = attempts.find((one) => one.attempt === chosen) ?? attempts.at(-1);
	if (attempt === undefined) return <p class="empty">It is written when the first attempt is decided.</p>;
	const { prompt, rest } = apart(attempt);
	return (
		<>
			{attempts.length > 1 && (
				<div class="choices" role="group" aria-label="Attempt">
					{attempts.map((one) => (
						<button
							key={one.attempt}
							type="button"
							aria-pressed={one === attempt}
							onClick={() => choose(one.attempt)}
						>
							{one.attempt}. {one.agent}
						</button>
					))}
				</div>
			)}
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
			<pre class="prompt" tabIndex={0} role="region" aria-label={`Prompt of attempt ${attempt.attempt}`}>
				{prompt ?? "This CodeRun has no prompt."}
			</pre>
			<details class="more">
				<summary>The CodeRun that was asked for, without its prompt</summary>
				{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
				<pre class="prompt" tabIndex={0} role="region" aria-label="CodeRun">
					{JSON.stringify(rest, undefined, 2)}
				</pre>
			</details>
		</>
	);
}

function apart({ coderun }: ShownAttempt): { readonly prompt: string | undefined; readonly rest: unknown } {
	if (coderun === null) return { prompt: undefined, rest: null };
	const { promptModification, ...spec } = coderun.spec;
	const prompt = typeof promptModification === "string" ? promptModification : undefined;
	return { prompt, rest: { ...coderun, spec } };
}
