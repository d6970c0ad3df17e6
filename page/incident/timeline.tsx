import type { ShownStep } from "../../worker/api/shapes.ts";
import { absolute, Clock, lengthOf } from "../parts/age.tsx";
import { LinkedText } from "../parts/linked-text.tsx";
import { STATUSES } from "../parts/status-mark.tsx";

/** Every event of the remediation, with the time since the incident was opened. */
export function Timeline({ steps, since }: { readonly steps: readonly ShownStep[]; readonly since: string }) {
	return (
		<ol class="timeline">
			<li class="busy">
				<Clock at={since} /> <b>accepted</b> <span class="dim">{absolute(since)}</span>
			</li>
			{steps.map((step, index) => (
				<Step key={`${index} ${step.at}`} step={step} since={since} />
			))}
		</ol>
	);
}

function Step({
	step: { at, attempt, event, to, reason },
	since,
}: {
	readonly step: ShownStep;
	readonly since: string;
}) {
	const seconds = (Date.parse(at) - Date.parse(since)) / 1000;
	return (
		<li class={to === null ? undefined : STATUSES[to].tone}>
			<Clock at={at} /> <b>{event.replaceAll("_", " ")}</b>
			{to === null ? <span class="dim"> no change</span> : <> → {STATUSES[to].text}</>}
			<span class="dim">
				{" "}
				attempt {attempt}, +{lengthOf(Math.max(0, seconds))}
			</span>
			{reason !== null && (
				<div class="reason">
					<LinkedText text={reason} />
				</div>
			)}
		</li>
	);
}
