import type { IncidentDetail, ShownAttempt } from "../../worker/api/shapes.ts";
import { Age, lengthOf } from "../parts/age.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { LinkedText } from "../parts/linked-text.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { FilterLink } from "../parts/place-links.tsx";

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

function Attempt({ attempt }: { readonly attempt: ShownAttempt }) {
	const { agent, coderun_name, decided_at, pull_request_url, message, ci_summary, ci_url, refused } = attempt;
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
				<ChosenBy attempt={attempt} />
				{took(attempt)}
			</div>
			<div>
				<code>{coderun_name}</code>
				<CopyButton text={commandOf(attempt)} what="a command that shows the CodeRun" />
			</div>
			{pull_request_url !== null && (
				<div>
					<OutsideLink href={pull_request_url}>{pullRequestText(pull_request_url)}</OutsideLink>
				</div>
			)}
			{refused !== null && <p class="reason">The relay refused it: {refused}</p>}
			{message !== null && (
				<p class="reason">
					Message:{" "}
					<span class="said">
						<LinkedText text={message} />
					</span>
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

function ChosenBy({ attempt: { escalated, rule } }: { readonly attempt: ShownAttempt }) {
	if (rule === "hand-over") return <>named by the agent before</>;
	if (escalated) return <>chosen by escalation</>;
	return (
		<>
			chosen by rule <FilterLink name="rule" value={rule} />
		</>
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

/** `pull request #812` where the address says so. */
function pullRequestText(url: string): string {
	const number = /\/pull\/(\d{1,10})$/.exec(url)?.[1];
	return number === undefined ? url : `pull request #${number}`;
}

/** Names come from the journal, where they are Kubernetes names; anything else is left out of a command. */
function commandOf({ coderun_name, coderun }: ShownAttempt): string {
	const metadata = coderun?.metadata;
	const namespace = typeof metadata === "object" && metadata !== null && "namespace" in metadata && metadata.namespace;
	const isName = (text: unknown): text is string => typeof text === "string" && /^[a-z0-9-]{1,63}$/.test(text);
	const where = isName(namespace) ? ` --namespace ${namespace}` : "";
	return `kubectl get coderun ${isName(coderun_name) ? coderun_name : ""}${where} --output yaml`;
}
