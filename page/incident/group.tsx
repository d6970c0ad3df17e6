import type { IncidentDetail, ShownMember } from "../../worker/api/shapes.ts";
import { Age } from "../parts/age.tsx";
import { PullRequestLink } from "../parts/place-links.tsx";
import { StatusMark } from "../parts/status-mark.tsx";

/** The incidents with one cause: who leads this one, or which ones it leads. */
export function Group({ shown }: { readonly shown: IncidentDetail }) {
	const { id, leader_id, leader, members, first_members } = shown;
	if (leader_id !== null) {
		return (
			<>
				<Cause shown={shown} />
				<p>
					Led by <a href={`/incidents/${leader_id}`}>incident {leader_id.slice(0, 12)}</a>
					{leader?.branch != null && (
						<>
							{" "}
							on <code>{leader.branch}</code>
						</>
					)}{" "}
					{leader !== null && <StatusMark status={leader.status} />}{" "}
					<a href={`/?leader=${leader_id}`}>Show all with the same cause</a>
				</p>
			</>
		);
	}
	return (
		<>
			<Cause shown={shown} />
			<ul class="members">
				{first_members.map((member) => (
					<Member key={member.id} member={member} />
				))}
			</ul>
			{members > first_members.length && <a href={`/?leader=${id}`}>Show all {members}</a>}
		</>
	);
}

function Cause({ shown: { explanation } }: { readonly shown: IncidentDetail }) {
	if (explanation.fingerprint == null) return null;
	return (
		<p>
			<code>{explanation.fingerprint.text}</code>
		</p>
	);
}

function Member({ member }: { readonly member: ShownMember }) {
	const { id, status, repository, branch, pr_number, created_at } = member;
	return (
		<li>
			<StatusMark status={status} />{" "}
			<a href={`/incidents/${id}`}>
				{repository} {branch !== null && <code>{branch}</code>}
			</a>{" "}
			{pr_number !== null && <PullRequestLink repository={repository} number={pr_number} />} <Age at={created_at} />
		</li>
	);
}
