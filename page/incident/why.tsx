import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { status } from "../api/poll.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { commitPlace } from "../parts/github-places.ts";
import { OutsideLink } from "../parts/outside-link.tsx";
import { FilterLink } from "../parts/place-links.tsx";
import { QuotedText } from "../parts/quoted-text.tsx";
import { ExplanationTree } from "./explanation-tree.tsx";

/** Who fixes it and why: one sentence, the decisive line, the rule; folded below them every rule that was looked at. */
export function Why({ shown }: { readonly shown: IncidentDetail }) {
	const { verdict, explanation, rule, failure_type } = shown;
	const { because, stages } = explanation;
	if (verdict === null) {
		return (
			<>
				<WhoseFailure shown={shown} />
				<ExplanationTree stages={stages} />
			</>
		);
	}
	const evidence = because?.by === "evidence" ? because : undefined;
	return (
		<>
			<p class="verdict-line">
				<QuotedText text={verdict} />.
			</p>
			<WhoseFailure shown={shown} />
			{evidence?.line !== undefined && (
				<div class="decisive">
					<pre>{evidence.line}</pre>
					<CopyButton text={evidence.line} what="the line" />
					<div class="dim">
						{evidence.place !== undefined && <code>{evidence.place}</code>}
						{evidence.line_number !== undefined && ` line ${evidence.line_number} of the log`}
					</div>
				</div>
			)}
			<p class="dim">
				{failure_type !== null && <FilterLink name="failure_type" value={failure_type} />}
				{rule !== null && (
					<>
						{" "}
						by rule <FilterLink name="rule" value={rule} />
					</>
				)}
			</p>
			<details class="more">
				<summary>All rules, stage by stage</summary>
				<ExplanationTree stages={stages} />
			</details>
		</>
	);
}

/** Whose failure a pull request's red check is, and the first red commit. */
function WhoseFailure({ shown: { whose_failure, explanation, repository } }: { readonly shown: IncidentDetail }) {
	if (whose_failure === null) return null;
	const suspect = explanation.whose_failure?.suspect;
	return (
		<p class="whose-failure">
			<QuotedText text={whose_failure} />.
			{suspect !== undefined && (
				<>
					{" "}
					<OutsideLink href={commitPlace(status.value?.github_url, repository, suspect.sha)}>
						{suspect.sha.slice(0, 7)}
					</OutsideLink>
				</>
			)}
		</p>
	);
}
