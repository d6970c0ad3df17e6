import { CopyButton } from "../../parts/copy-button.tsx";
import { OutsideLink } from "../../parts/outside-link.tsx";
import { markedLines } from "./marked-lines.ts";
import { type Data, recordOf, recordsIn, textOf, textsIn } from "./read-data.ts";

/** The failed jobs, and the excerpt of their logs with the decisive line and the errors marked. */
export function JobLogs({ data, decisive }: { readonly data: Data; readonly decisive: string | undefined }) {
	const reading = recordOf(data.reading);
	const lines = markedLines(reading, decisive);
	return (
		<>
			<ul class="jobs">
				{recordsIn(data.jobs).map((job, index) => (
					<li key={index}>
						<OutsideLink href={textOf(job.url)}>{textOf(job.name) ?? "a job"}</OutsideLink>{" "}
						<span class="dim">{textsIn(job.failed_steps).join(", ")}</span>
						{textOf(job.why) !== undefined && <div class="reason">{textOf(job.why)}</div>}
					</li>
				))}
			</ul>
			{lines.length > 0 && (
				<div class="long-text">
					<CopyButton text={textOf(reading.excerpt) ?? ""} what="the excerpt" />
					{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard. */}
					<section class="log" tabIndex={0} aria-label="Excerpt of the log">
						{lines.map(({ text, mark }, index) => (
							<div key={index} class={mark}>
								{mark === "decisive" ? <mark>{text}</mark> : text === "" ? " " : text}
							</div>
						))}
					</section>
				</div>
			)}
		</>
	);
}
