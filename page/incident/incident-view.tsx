import type { ComponentChildren } from "preact";
import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Problem } from "../parts/problem.tsx";
import { Attempts } from "./attempts.tsx";
import { ContextParts } from "./context/context-parts.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Facts } from "./facts.tsx";
import { Group } from "./group.tsx";
import { Headline } from "./headline.tsx";
import { NextStepText } from "./next-step-text.tsx";
import { Prompt } from "./prompt.tsx";
import { Timeline } from "./timeline.tsx";
import { Why } from "./why.tsx";

/** One incident: why which agent has it, what was done, what happens next, and what was known. */
export function IncidentView({ id }: { readonly id: string }) {
	const resource = useResource<IncidentDetail>(`/api/incidents/${id}`, "polls");
	const { body: shown, error } = resource;
	const isUnknown = shown === undefined && error?.status === 404;
	// The heading stays mounted while the incident loads, so that it keeps the focus it got when the view changed.
	return (
		<article class="incident">
			<Headline shown={shown} isUnknown={isUnknown} />
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
		<div class="sides">
			<div>
				<Part title="Why" look="panel">
					<Why shown={shown} />
				</Part>
				<Part title="Context" look="later">
					<ContextParts shown={shown} />
				</Part>
				<Part title="Prompt" look="later">
					<Prompt attempts={shown.attempts} />
				</Part>
			</div>
			<div>
				<Part title="Next step" look="panel">
					<NextStepText shown={shown} />
				</Part>
				{(shown.leader_id !== null || shown.members > 0) && (
					<Part title="Same cause" look="panel">
						<Group shown={shown} />
					</Part>
				)}
				<Part title="Attempts" look="panel">
					<Attempts shown={shown} />
				</Part>
				<Part title="Facts" look="last">
					<Facts shown={shown} />
				</Part>
				<Part title="Timeline" look="last">
					<Timeline steps={shown.timeline} since={shown.created_at} />
				</Part>
				<Part title="Deliveries" look="last">
					<Deliveries deliveries={shown.deliveries} />
				</Part>
			</div>
		</div>
	);
}

/** `look`: what stands out; on a narrow screen, where the columns become one, what comes after it and what comes last. */
function Part({
	title,
	look,
	children,
}: {
	readonly title: string;
	readonly look: "panel" | "later" | "last";
	readonly children: ComponentChildren;
}) {
	return (
		<section aria-label={title} class={look}>
			<h2>{title}</h2>
			{children}
		</section>
	);
}
