import type { ExplainedDelivery } from "../../worker/api/shapes.ts";
import { ExplanationTree } from "../incident/explanation-tree.tsx";
import { QuotedText } from "../parts/quoted-text.tsx";
import { ScrollArea } from "../parts/scroll-area.tsx";
import { Version } from "../parts/version.tsx";
import type { Answered } from "./decide.ts";

/** The verdict of the active pipeline; with an edit, that one's first, and whether they agree. */
export function Answer({ answered }: { readonly answered: Answered }) {
	switch (answered.kind) {
		case "nothing":
			return (
				<p class="empty">
					The explanation appears here. You find payloads of past deliveries in the GitHub App's settings, under
					Advanced.
				</p>
			);
		case "loading":
			return <p class="empty">Loading…</p>;
		case "problem":
			return <Problem text={answered.problem} />;
		case "explained":
			return answered.edited === undefined ? (
				<Verdict title="The active pipeline decides" explained={answered.active} />
			) : (
				<Compared active={answered.active} {...answered.edited} />
			);
		default:
			return answered satisfies never;
	}
}

/** One sentence, or a build's errors, which point at columns and are not wrapped. */
function Problem({ text }: { readonly text: string }) {
	if (!text.includes("\n")) return <p class="error">{text}</p>;
	return (
		<ScrollArea look="problem" label="Errors of the pipeline">
			<pre>{text}</pre>
		</ScrollArea>
	);
}

function Compared({
	active,
	explained,
	warnings,
}: {
	readonly active: ExplainedDelivery;
	readonly explained: ExplainedDelivery;
	readonly warnings: string;
}) {
	const isSame = decisionOf(active) === decisionOf(explained);
	return (
		<>
			<p class="compared">
				<span class={`mark ${isSame ? "quiet" : "wait"}`}>
					{isSame ? "Your edit decides the same" : "Your edit changes the decision"}
				</span>
			</p>
			<Verdict title="Your edit decides" explained={explained} />
			{warnings !== "" && <Problem text={warnings} />}
			<Verdict title="The active pipeline decides" explained={active} />
		</>
	);
}

function decisionOf({ verdict, agent, failure_type, rule }: ExplainedDelivery): string {
	return JSON.stringify([agent === null ? verdict : agent, failure_type, rule]);
}

function Verdict({ title, explained }: { readonly title: string; readonly explained: ExplainedDelivery }) {
	const { verdict, agent, failure_type, rule, explanation, pipeline } = explained;
	return (
		<section class="verdict-of" aria-label={title}>
			<h2>
				{title} <Version version={pipeline} />
			</h2>
			<p class="verdict-line">
				<span class={`mark ${agent === null ? "quiet" : "good"}`}>{agent === null ? "no CodeRun" : "CodeRun"}</span>{" "}
				<QuotedText text={verdict} />
				{failure_type !== null && (
					<>
						{" "}
						<code>{failure_type}</code> by rule <code>{rule}</code>.
					</>
				)}
			</p>
			<details class="more">
				<summary>All rules, stage by stage</summary>
				<ExplanationTree stages={explanation} />
			</details>
		</section>
	);
}
