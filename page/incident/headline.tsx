import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { status } from "../api/poll.ts";
import { Age } from "../parts/age.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { runPlace } from "../parts/github-places.ts";
import { IncidentTitle } from "../parts/incident-title.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { BranchLink, CommitLink, FilterLink, PullRequestLink, RepositoryLink } from "../parts/place-links.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import { addressOf } from "../route.ts";
import { Actions } from "./actions.tsx";

/** What failed, its state, its agent and its places, with the actions. */
export function Headline({
	shown,
	isUnknown,
}: {
	readonly shown: IncidentDetail | undefined;
	readonly isUnknown: boolean;
}) {
	return (
		<header>
			{shown !== undefined && (
				<p class="crumbs">
					<a href="/">Incidents</a> / <code>{shown.id.slice(0, 8)}</code> <CopyButton text={shown.id} what="the id" />
				</p>
			)}
			<h1 tabIndex={-1}>
				{shown !== undefined ? <IncidentTitle of={shown} /> : isUnknown ? "Incident not found" : "Incident"}
			</h1>
			{shown !== undefined && (
				<>
					<p class="state-line">
						<StatusMark status={shown.status} />
						{shown.agent !== null && (
							<span>
								<FilterLink name="agent" value={shown.agent} />
								{shown.attempt > 1 && <span class="dim"> attempt {shown.attempt}</span>}
							</span>
						)}
						<span class="dim">
							opened <Age at={shown.created_at} />
						</span>
						{shown.ended_at !== null && (
							<span class="dim">
								ended <Age at={shown.ended_at} />
							</span>
						)}
					</p>
					<Places shown={shown} />
					<Actions row={shown} agents={shown.agents}>
						<a href={addressOf("/hub", { pause: shown.repository })}>Pause {shown.repository} …</a>
					</Actions>
				</>
			)}
		</header>
	);
}

function Places({ shown }: { readonly shown: IncidentDetail }) {
	const { incident, repository, branch, pr_number, run_id } = shown;
	const sha = incident.head_sha;
	const runUrl = incident.url ?? (run_id === null ? undefined : runPlace(status.value?.github_url, repository, run_id));
	return (
		<p class="places">
			<RepositoryLink repository={repository} />
			{branch !== null && (
				<span>
					<BranchLink repository={incident.head_repository ?? repository} branch={branch} />
					<CopyButton text={branch} what="the branch" />
				</span>
			)}
			{pr_number !== null && <PullRequestLink repository={repository} number={pr_number} />}
			{sha !== undefined && (
				<span>
					<CommitLink repository={repository} sha={sha} />
					<CopyButton text={sha} what="the commit" />
				</span>
			)}
			{(incident.url ?? run_id) && <OutsideLink href={runUrl}>{run_id ? `run ${run_id}` : "open"}</OutsideLink>}
		</p>
	);
}
