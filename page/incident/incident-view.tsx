import type { ComponentChildren } from "preact";
import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Age } from "../parts/age.tsx";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reason } from "../parts/reason.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import { Version } from "../parts/version.tsx";
import { Actions } from "./actions.tsx";
import { Attempts } from "./attempts.tsx";
import { ContextTable } from "./context-table.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Prompt } from "./prompt.tsx";
import { Timeline } from "./timeline.tsx";
import { Why } from "./why.tsx";

/** One incident: what failed, what was done, and why. */
export function IncidentView({ id }: { readonly id: string }) {
	const resource = useResource<IncidentDetail>(`/api/incidents/${id}`, "polls");
	const { body: shown, error } = resource;
	const isUnknown = shown === undefined && error?.status === 404;
	// The heading stays mounted while the incident loads, so that it keeps the focus it got when the view changed.
	return (
		<article class="incident">
			{shown !== undefined && (
				<p class="crumbs">
					<a href="/">Incidents</a> / <code>{id}</code>
				</p>
			)}
			<header>
				<h1 tabIndex={-1}>
					{shown !== undefined ? <IncidentTitle of={shown} /> : isUnknown ? "Incident not found" : "Incident"}
				</h1>
				{shown !== undefined && (
					<>
						<div class="line">
							<StatusMark status={shown.status} /> <span>{stateOf(shown)}</span>
						</div>
						<Actions row={shown} />
					</>
				)}
			</header>
			{shown !== undefined && <Loaded shown={shown} />}
			{isUnknown ? (
				<p>
					<a href="/">Show all incidents</a>
				</p>
			) : (
				<Problem of={resource} />
			)}
		</article>
	);
}

function Loaded({ shown }: { readonly shown: IncidentDetail }) {
	return (
		<>
			<Facts shown={shown} />
			<div class="sides">
				<div>
					<Part title="Why">
						<Why verdict={shown.verdict} explanation={shown.explanation} />
					</Part>
				</div>
				<div>
					<Part title="Attempts">
						<Attempts shown={shown} />
					</Part>
					<Part title="Timeline">
						<Timeline steps={shown.timeline} since={shown.created_at} />
					</Part>
					<Part title="Context">
						<ContextTable context={shown.context} />
					</Part>
					<Part title="Deliveries">
						<Deliveries deliveries={shown.deliveries} />
					</Part>
				</div>
			</div>
			<Part title="Prompt">
				<Prompt attempts={shown.attempts} />
			</Part>
		</>
	);
}

function stateOf(shown: IncidentDetail) {
	return (
		<>
			<Reason of={shown} />
			{shown.fixed_by !== null && ` ${FIXED_BY[shown.fixed_by]}`}
			{shown.next_try_at !== null && shown.status === "waiting" && (
				<span class="dim">
					{" "}
					· Next retry <Age at={shown.next_try_at} />
				</span>
			)}{" "}
			{shown.escalation_url !== null && <OutsideLink href={shown.escalation_url}>Escalation comment</OutsideLink>}
		</>
	);
}

const FIXED_BY = {
	agent: "Fixed by the agent.",
	rerun: "Passed on a rerun: flaky.",
	other: "Fixed by someone else's push.",
} as const;

function Facts({ shown }: { readonly shown: IncidentDetail }) {
	const { incident } = shown;
	return (
		<dl class="facts">
			<Fact name="Repository">
				<OutsideLink href={shown.repository_url}>{shown.repository}</OutsideLink>
			</Fact>
			<Fact name="Branch">{shown.branch && <code>{shown.branch}</code>}</Fact>
			<Fact name="Pull request">{shown.pr_number !== null && `#${shown.pr_number}`}</Fact>
			<Fact name="Commit">
				{incident.head_sha && <code title={incident.head_sha}>{incident.head_sha.slice(0, 10)}</code>}
			</Fact>
			<Fact name="Run">
				{(incident.url ?? shown.run_id) && <OutsideLink href={incident.url}>{shown.run_id ?? "open"}</OutsideLink>}
			</Fact>
			<Fact name="Failed steps">{incident.failed_steps?.join(", ")}</Fact>
			<Fact name="Agent">{shown.agent}</Fact>
			<Fact name="Failure type">{shown.failure_type && <code>{shown.failure_type}</code>}</Fact>
			<Fact name="Rule">{shown.rule && <code>{shown.rule}</code>}</Fact>
			<Fact name="Severity">{incident.alert?.severity}</Fact>
			<Fact name="Event">{shown.event}</Fact>
			<Fact name="By">{incident.actor?.login ?? incident.sender?.login}</Fact>
			<Fact name="Opened">
				<Age at={shown.created_at} />
			</Fact>
			<Fact name="Ended">{shown.ended_at !== null && <Age at={shown.ended_at} />}</Fact>
			<Fact name="Pipeline">
				<Version version={shown.pipeline} />
			</Fact>
			<Fact name="Commit message" isWide>
				{incident.commit_message && <span class="said">{incident.commit_message}</span>}
			</Fact>
		</dl>
	);
}

function Fact({
	name,
	isWide = false,
	children,
}: {
	readonly name: string;
	readonly isWide?: boolean;
	readonly children?: ComponentChildren;
}) {
	if (children === undefined || children === null || children === false || children === "") return null;
	return (
		<div class={isWide ? "wide" : ""}>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
	return (
		<section aria-label={title}>
			<h2>{title}</h2>
			{children}
		</section>
	);
}
