import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { TitledIncident } from "../../worker/api/shapes.ts";
import { TRANSITIONS } from "../../worker/journal/state-machine.ts";
import type { IncidentStatus } from "../../worker/journal/statuses.ts";
import { useAct } from "../api/act.ts";
import { may } from "../api/viewer.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";

type Name = "approve" | "release" | "retry" | "stop";

const ACTIONS: readonly {
	readonly name: Name;
	readonly text: (status: IncidentStatus) => string;
	readonly tooltip: string;
	readonly from: readonly IncidentStatus[];
	readonly needsConfirmation: boolean;
}[] = [
	{
		name: "approve",
		text: () => "Approve",
		tooltip: "Sends the agent with the prompt below. If the branch moved meanwhile, it is decided again instead.",
		from: TRANSITIONS.approved.from,
		needsConfirmation: true,
	},
	{
		name: "release",
		text: (status) => (status === "dead" ? "Release" : "Try now"),
		tooltip: "Tries the same attempt at once. Claims that other incidents hold still count.",
		from: TRANSITIONS.released.from,
		needsConfirmation: false,
	},
	{
		name: "retry",
		text: () => "Retry",
		tooltip: "Starts over with all attempts.",
		// What waits is tried by "Try now".
		from: TRANSITIONS.retried.from.filter((status) => status !== "waiting"),
		needsConfirmation: false,
	},
	{
		name: "stop",
		text: () => "Stop",
		tooltip: "Makes no further attempt. A running CodeRun is not interrupted.",
		from: TRANSITIONS.stopped.from,
		needsConfirmation: true,
	},
];

/** In these states a retry may name the agent. */
const GIVEN_FROM: readonly IncidentStatus[] = TRANSITIONS.reassigned.from;

/**
 * The buttons for the actions that the incident's state and the viewer's rights allow. `agents`: those a retry may name.
 * `children`: what else may be done while it is open.
 */
export function Actions({
	row,
	only,
	agents = [],
	children,
}: {
	readonly row: Pick<TitledIncident, "id" | "status" | "title"> & { readonly attempt?: number };
	readonly only?: readonly Name[];
	readonly agents?: readonly string[];
	readonly children?: ComponentChildren;
}) {
	const { isBusy, result, run } = useAct();
	const offered = ACTIONS.filter(
		({ name, from }) => may("operate") && from.includes(row.status) && (only?.includes(name) ?? true),
	);
	const isGivable = may("operate") && agents.length > 0 && GIVEN_FROM.includes(row.status);
	if (offered.length === 0 && !isGivable && result === "") return null;

	const act = (name: Name, agent?: string) => {
		// Nobody approves a decision that they did not see.
		const seen = name === "approve" ? { attempt: row.attempt } : undefined;
		return run("POST", `/api/incidents/${row.id}/${name}`, agent === undefined ? seen : { agent });
	};
	return (
		<div class="actions">
			{offered.map(({ name, text, tooltip, needsConfirmation }) => {
				const shown = { text: text(row.status), about: row.title, title: tooltip, disabled: isBusy };
				return needsConfirmation ? (
					<ConfirmButton key={name} {...shown} onConfirm={() => void act(name)} />
				) : (
					<button
						key={name}
						type="button"
						disabled={isBusy}
						title={tooltip}
						aria-label={`${shown.text}: ${row.title}`}
						onClick={() => void act(name)}
					>
						{shown.text}
					</button>
				);
			})}
			{isGivable && (
				<RetryWith title={row.title} agents={agents} isBusy={isBusy} retry={(agent) => act("retry", agent)} />
			)}
			{offered.some(({ name }) => name === "stop") && children}
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
