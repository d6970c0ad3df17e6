import type { IncidentStatus } from "../../worker/journal/statuses.ts";

/** The words for the states, and the tone of each; a tone is never all that tells them apart. */
export const STATUSES = {
	accepted: { text: "accepted", tone: "busy", means: "written down, about to be decided" },
	waiting: { text: "waiting", tone: "wait", means: "held back, or between two attempts" },
	running: { text: "running", tone: "busy", means: "an agent works on it" },
	awaiting_ci: { text: "awaiting CI", tone: "busy", means: "the agent is done, CI has the word" },
	fixed: { text: "fixed", tone: "good", means: "the failed check is green again" },
	failed: { text: "failed", tone: "bad", means: "the attempts are used up" },
	escalated: { text: "escalated", tone: "person", means: "a person was told" },
	superseded: { text: "superseded", tone: "quiet", means: "something newer took its place" },
	cancelled: { text: "cancelled", tone: "quiet", means: "filtered or stopped" },
	dead: { text: "dead", tone: "bad", means: "a day of failures to send it" },
} as const satisfies Record<IncidentStatus, { text: string; tone: string; means: string }>;

export function StatusMark({ status }: { readonly status: IncidentStatus }) {
	const { text, tone, means } = STATUSES[status];
	return (
		<span class={`mark ${tone}`} title={means}>
			{text}
		</span>
	);
}
