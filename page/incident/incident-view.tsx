import type { ComponentChildren } from "preact";
import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Problem } from "../parts/problem.tsx";
import { Attempts } from "./attempts.tsx";
import { ContextParts } from "./context/context-parts.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Facts } from "./facts.tsx";
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
		<>
			<div class="sides">
				<div>
					<Part title="Why" isCard>
						<Why shown={shown} />
					</Part>
				</div>
				<div>
					<Part title="Next step" isCard>
						<NextStepText shown={shown} />
					</Part>
					<Part title="Attempts" isCard>
						<Attempts shown={shown} />
					</Part>
				</div>
			</div>
			<div class="sides">
				<div>
					<Part title="Context">
						<ContextParts shown={shown} />
					</Part>
					<Part title="Prompt">
						<Prompt attempts={shown.attempts} />
					</Part>
				</div>
				<div>
					<Part title="Facts">
						<Facts shown={shown} />
					</Part>
					<Part title="Timeline">
						<Timeline steps={shown.timeline} since={shown.created_at} />
					</Part>
					<Part title="Deliveries">
						<Deliveries deliveries={shown.deliveries} />
					</Part>
				</div>
			</div>
		</>
	);
}

function Part({
	title,
	isCard = false,
	children,
}: {
	readonly title: string;
	readonly isCard?: boolean;
	readonly children: ComponentChildren;
}) {
	return (
		<section aria-label={title} class={isCard ? "panel" : undefined}>
			<h2>{title}</h2>
			{children}
		</section>
	);
}
