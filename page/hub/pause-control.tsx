import { useState } from "preact/hooks";
import type { HubStatus } from "../../worker/api/shapes.ts";
import { useAct } from "../api/act.ts";
import { may } from "../api/viewer.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";

/** Pauses the hub with a reason, or resumes it. Nothing for who may not operate, or while the pipeline itself pauses. */
export function PauseControl({ paused }: Pick<HubStatus, "paused">) {
	const [reason, setReason] = useState("");
	const { isBusy, result, run } = useAct();
	if (!may("operate")) return null;
	if (paused?.by === "pipeline") {
		return (
			<p class="dim">
				<code>settings.paused</code> of the pipeline pauses it. Push one without it to resume.
			</p>
		);
	}
	return (
		<form class="actions" onSubmit={(event) => event.preventDefault()}>
			{paused === null ? (
				<>
					<label>
						<span class="hidden">Reason of the pause</span>
						<input
							placeholder="reason, for others to read"
							size={30}
							maxLength={500}
							value={reason}
							onInput={({ currentTarget }) => setReason(currentTarget.value)}
						/>
					</label>
					<ConfirmButton
						text="Pause"
						title="No agent is started until somebody resumes. CodeRuns that run go on."
						disabled={isBusy}
						onConfirm={() => {
							void run("POST", "/api/pause", reason.trim() === "" ? {} : { reason: reason.trim() });
							setReason("");
						}}
					/>
				</>
			) : (
				<button type="button" class="main" disabled={isBusy} onClick={() => void run("DELETE", "/api/pause")}>
					Resume
				</button>
			)}
			<span class="dim" role="status">
				{result}
			</span>
		</form>
	);
}
