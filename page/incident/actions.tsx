import { useState } from "preact/hooks";
import type { TitledIncident } from "../../worker/api/shapes.ts";
import type { IncidentStatus } from "../../worker/journal/statuses.ts";
import { ask } from "../api/ask.ts";
import { pollNow } from "../api/poll.ts";
import { may } from "../api/viewer.ts";

type Name = "release" | "retry" | "stop";

// The transitions of worker/journal/state-machine.ts.
const ACTIONS: readonly {
	readonly name: Name;
	readonly text: (status: IncidentStatus) => string;
	readonly tooltip: string;
	readonly from: readonly IncidentStatus[];
	readonly needsConfirmation: boolean;
}[] = [
	{
		name: "release",
		text: (status) => (status === "dead" ? "Release" : "Try now"),
		tooltip: "Tries the same attempt at once. Claims that other incidents hold still count.",
		from: ["dead", "waiting"],
		needsConfirmation: false,
	},
	{
		name: "retry",
		text: () => "Retry",
		tooltip: "Starts over with all attempts.",
		from: ["unverified", "failed", "escalated", "cancelled", "dead"],
		needsConfirmation: false,
	},
	{
		name: "stop",
		text: () => "Stop",
		tooltip: "Makes no further attempt. A running CodeRun is not interrupted.",
		from: ["accepted", "waiting", "running", "awaiting_ci", "awaiting_merge"],
		needsConfirmation: true,
	},
];

/** In these states a retry may name the agent. */
const GIVEN_FROM: readonly IncidentStatus[] = [
	...["accepted", "waiting", "running", "awaiting_ci", "awaiting_merge"],
	...["unverified", "failed", "escalated", "cancelled", "dead"],
] as const;

/** The buttons for the actions that the incident's state and the viewer's rights allow. `agents`: those a retry may name. */
export function Actions({
	row,
	only,
	agents = [],
}: {
	readonly row: Pick<TitledIncident, "id" | "status" | "title">;
	readonly only?: readonly Name[];
	readonly agents?: readonly string[];
}) {
	const [result, setResult] = useState("");
	const [isBusy, setBusy] = useState(false);
	const [confirming, setConfirming] = useState<Name>();
	const offered = ACTIONS.filter(
		({ name, from }) => may("operate") && from.includes(row.status) && (only?.includes(name) ?? true),
	);
	const isGivable = may("operate") && agents.length > 0 && GIVEN_FROM.includes(row.status);
	if (offered.length === 0 && !isGivable && result === "") return null;

	const act = async (name: Name, agent?: string) => {
		setConfirming(undefined);
		setBusy(true);
		const body = agent === undefined ? {} : { body: { agent } };
		const answer = await ask(`/api/incidents/${row.id}/${name}`, { method: "POST", ...body });
		setResult(answer.ok ? "Done" : answer.error);
		setBusy(false);
		pollNow();
	};
	return (
		<div class="actions">
			{offered.map(({ name, text, tooltip, needsConfirmation }) => (
				<button
					key={name}
					type="button"
					disabled={isBusy}
					title={tooltip}
					aria-label={`${confirming === name ? "Really" : ""} ${text(row.status)}: ${row.title}`.trim()}
					onBlur={() => setConfirming(undefined)}
					onClick={() => (needsConfirmation && confirming !== name ? setConfirming(name) : act(name))}
				>
					{confirming === name ? `Really ${text(row.status).toLowerCase()}?` : text(row.status)}
				</button>
			))}
			{isGivable && (
				<RetryWith title={row.title} agents={agents} isBusy={isBusy} retry={(agent) => act("retry", agent)} />
			)}
			<span class="dim" role="status">
				{result}
			</span>
		</div>
	);
}

/** A choice of the agent that gets the incident; two steps, since another one may be at work. */
function RetryWith({
	title,
	agents,
	isBusy,
	retry,
}: {
	readonly title: string;
	readonly agents: readonly string[];
	readonly isBusy: boolean;
	readonly retry: (agent: string) => Promise<void>;
}) {
	const [agent, setAgent] = useState("");
	return (
		<form
			class="retry-with"
			onSubmit={(event) => {
				event.preventDefault();
				setAgent("");
				void retry(agent);
			}}
		>
			<select
				aria-label={`Retry with another agent: ${title}`}
				title="Gives the incident to this agent. A running CodeRun is not interrupted; the next attempt starts once it has ended."
				value={agent}
				disabled={isBusy}
				onChange={({ currentTarget }) => setAgent(currentTarget.value)}
			>
				<option value="">Retry with …</option>
				{agents.map((name) => (
					<option key={name} value={name}>
						{name}
					</option>
				))}
			</select>
			{agent !== "" && (
				<button type="submit" disabled={isBusy} aria-label={`Retry with ${agent}: ${title}`}>
					Retry with {agent}
				</button>
			)}
		</form>
	);
}
