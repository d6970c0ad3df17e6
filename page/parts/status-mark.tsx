import type { IncidentStatus } from "../../worker/journal/statuses.ts";

/** Label, tone and meaning of each state. The label always distinguishes them: colour alone is not accessible. */
export const STATUSES = {
	accepted: { text: "accepted", tone: "busy", means: "stored, about to be decided" },
	waiting: { text: "waiting", tone: "wait", means: "deferred, or between two attempts" },
	rerunning: { text: "rerunning", tone: "wait", means: "its failed jobs are run again before an agent is woken" },
	awaiting_approval: { text: "awaiting approval", tone: "person", means: "decided, and a person has to approve it" },
	running: { text: "running", tone: "busy", means: "an agent is working on it" },
	awaiting_ci: { text: "awaiting CI", tone: "busy", means: "the agent finished, CI is running" },
	awaiting_merge: { text: "awaiting merge", tone: "person", means: "the fix passes and waits to be merged" },
	grouped: { text: "grouped", tone: "wait", means: "another incident's agent fixes its cause" },
	fixed: { text: "fixed", tone: "good", means: "the failed check passes again" },
	unverified: { text: "unverified", tone: "quiet", means: "the agent finished, and nothing reports the result" },
	observed: { text: "observed", tone: "quiet", means: "decided only: nothing was sent" },
	failed: { text: "failed", tone: "bad", means: "all attempts are used up" },
	escalated: { text: "escalated", tone: "person", means: "a person was notified" },
	superseded: { text: "superseded", tone: "quiet", means: "replaced by something newer" },
	cancelled: { text: "cancelled", tone: "quiet", means: "filtered or stopped" },
	dead: { text: "dead", tone: "bad", means: "could not be processed for a day" },
} as const satisfies Record<IncidentStatus, { text: string; tone: string; means: string }>;

export function StatusMark({ status }: { readonly status: IncidentStatus }) {
	const { text, tone, means } = STATUSES[status];
	return (
		<span class={`mark ${tone}`} title={means}>
			{text}
		</span>
	);
}
