import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { Age, Until } from "../parts/age.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { Reason } from "../parts/reason.tsx";
import { nextStepOf } from "./next-step.ts";

/** What happens next, and why it is not happening now. */
export function NextStepText({ shown }: { readonly shown: IncidentDetail }) {
	const { text, at, due = "Next try" } = nextStepOf(shown);
	return (
		<>
			<p>
				{text}{" "}
				{at !== null && (
					<span class="dim">
						{due} <Until at={at} />.
					</span>
				)}
			</p>
			{shown.reason !== null && (
				<p class="reason">
					<Reason of={shown} />
				</p>
			)}
			{shown.queue !== null && (
				<p class="dim">
					{shown.queue.text}
					{shown.blocked_since !== null && (
						<>
							; began to wait <Age at={shown.blocked_since} />
						</>
					)}
				</p>
			)}
			{shown.escalation_url !== null && (
				<p>
					<OutsideLink href={shown.escalation_url}>Escalation comment</OutsideLink>
				</p>
			)}
		</>
	);
}
