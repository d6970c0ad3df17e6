import type { IncidentDetail, ShownAttempt } from "../../worker/api/shapes.ts";
import { Age, lengthOf } from "../parts/age.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";

/** Every attempt with its CodeRun and how it ended, newest first. */
export function Attempts({ shown }: { readonly shown: IncidentDetail }) {
	if (shown.attempts.length === 0) return <p class="empty">No attempts yet.</p>;
	return (
		<ol class="attempts">
			{shown.attempts.toReversed().map((attempt) => (
				<Attempt key={attempt.attempt} attempt={attempt} />
			))}
		</ol>
	);
}

function chosenBy({ escalated, rule }: ShownAttempt): string {
	if (rule === "hand-over") return "named by the agent before";
	return escalated ? "chosen by escalation" : "chosen by rule";
}

function Attempt({ attempt }: { readonly attempt: ShownAttempt }) {
	const { agent, escalated, rule, coderun_name, decided_at, pull_request_url, message, ci_summary, ci_url } = attempt;
	return (
		<li>
			<div class="line">
				<b>
					{attempt.attempt}. {agent}
				</b>
				<Ending attempt={attempt} />
				<Age at={decided_at} />
			</div>
			<div class="where">
				{chosenBy(attempt)} {!escalated && <code>{rule}</code>}
				{took(attempt)}
			</div>
			<div>
				<code>{coderun_name}</code>
			</div>
			{pull_request_url !== null && (
				<div>
					<OutsideLink href={pull_request_url}>{pull_request_url}</OutsideLink>
				</div>
			)}
			{message !== null && (
				<p class="reason">
					Message: <span class="said">{message}</span>
				</p>
			)}
			{ci_summary !== null && (
				<p class="reason">
					CI: <OutsideLink href={ci_url}>{ci_summary}</OutsideLink>
				</p>
			)}
		</li>
	);
}

function Ending({ attempt: { result, outcome } }: { readonly attempt: ShownAttempt }) {
	if (result === null && outcome === null) return <span class="mark busy">open</span>;
	const tone = result === "fixed" ? "good" : result === "superseded" || result === "stopped" ? "quiet" : "bad";
	return (
		<>
			{result !== null && <span class={`mark ${tone}`}>{result.replaceAll("_", " ")}</span>}
			{outcome !== null && <span class="dim">CodeRun {outcome}</span>}
		</>
	);
}

function took({ started_at, finished_at }: ShownAttempt): string {
	const seconds = (Date.parse(finished_at ?? "") - Date.parse(started_at ?? "")) / 1000;
	return Number.isFinite(seconds) ? `, took ${lengthOf(seconds)}` : "";
}
