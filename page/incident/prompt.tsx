import { useState } from "preact/hooks";
import type { ShownAttempt } from "../../worker/api/shapes.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { ScrollArea } from "../parts/scroll-area.tsx";

/** The prompt of each attempt as the agent got it, and the rest of the requested CodeRun. */
export function Prompt({ attempts }: { readonly attempts: readonly ShownAttempt[] }) {
	const [chosen, choose] = useState<number>();
	const attempt = attempts.find((one) => one.attempt === chosen) ?? attempts.at(-1);
	if (attempt === undefined) return <p class="empty">The prompt is written when the first attempt is decided.</p>;
	const { prompt, rest } = splitPrompt(attempt);
	return (
		<>
			{attempts.length > 1 && (
				<fieldset class="choices">
					<legend class="hidden">Attempt</legend>
					{attempts.map((one) => (
						<button key={one.attempt} type="button" aria-pressed={one === attempt} onClick={() => choose(one.attempt)}>
							{one.attempt}. {one.agent}
						</button>
					))}
				</fieldset>
			)}
			<details class="more">
				<summary>
					Prompt of attempt {attempt.attempt}, as {attempt.agent} got it
				</summary>
				<LongText label={`Prompt of attempt ${attempt.attempt}`} text={prompt ?? "This CodeRun has no prompt."} />
			</details>
			<details class="more">
				<summary>Requested CodeRun, without its prompt</summary>
				<LongText label="CodeRun" text={JSON.stringify(rest, undefined, 2)} />
			</details>
		</>
	);
}

function LongText({ label, text }: { readonly label: string; readonly text: string }) {
	return (
		<div class="long-text">
			<CopyButton text={text} what="the text" />
			<ScrollArea look="prompt" label={label}>
				<pre>{text}</pre>
			</ScrollArea>
		</div>
	);
}

function splitPrompt({ coderun }: ShownAttempt): { readonly prompt: string | undefined; readonly rest: unknown } {
	if (coderun === null) return { prompt: undefined, rest: null };
	const { promptModification, ...spec } = coderun.spec;
	const prompt = typeof promptModification === "string" ? promptModification : undefined;
	return { prompt, rest: { ...coderun, spec } };
}
