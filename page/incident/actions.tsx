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

/** The buttons for the actions that the incident's state and the viewer's rights allow. */
export function Actions({
	row,
	only,
}: {
	readonly row: Pick<TitledIncident, "id" | "status" | "title">;
	readonly only?: readonly Name[];
}) {
	const [result, setResult] = useState("");
	const [isBusy, setBusy] = useState(false);
	const [confirming, setConfirming] = useState<Name>();
	const offered = ACTIONS.filter(
		({ name, from }) => may("operate") && from.includes(row.status) && (only?.includes(name) ?? true),
	);
	if (offered.length === 0 && result === "") return null;

	const act = async (name: Name) => {
		setConfirming(undefined);
		setBusy(true);
		const answer = await ask(`/api/incidents/${row.id}/${name}`, { method: "POST" });
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
			<span class="dim" role="status">
				{result}
			</span>
		</div>
	);
}
