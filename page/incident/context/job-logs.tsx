import { useEffect, useRef } from "preact/hooks";
import { CopyButton } from "../../parts/copy-button.tsx";
import { OutsideLink } from "../../parts/outside-link.tsx";
import { ScrollArea } from "../../parts/scroll-area.tsx";
import { markedLines } from "./marked-lines.ts";
import { type Data, recordOf, recordsIn, textOf, textsIn } from "./read-data.ts";

/** The failed jobs, and the excerpt of their logs with the decisive line and the errors marked. */
export function JobLogs({ data, decisive }: { readonly data: Data; readonly decisive: string | undefined }) {
	const reading = recordOf(data.reading);
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
			{textOf(reading.excerpt) !== undefined && <Excerpt reading={reading} decisive={decisive} />}
		</>
	);
}

/** Scrolled so that the line that decided is seen. */
function Excerpt({ reading, decisive }: { readonly reading: Data; readonly decisive: string | undefined }) {
	const place = useRef<HTMLElement>(null);
	const excerpt = textOf(reading.excerpt) ?? "";
	useEffect(() => {
		const { current: log } = place;
		const line = log?.querySelector<HTMLElement>(".decisive");
		if (log && line) log.scrollTop = line.offsetTop - log.clientHeight / 3;
	}, [excerpt, decisive]);
	return (
		<div class="long-text">
			<CopyButton text={excerpt} what="the excerpt" />
			<ScrollArea look="log" label="Excerpt of the log" place={place}>
				{markedLines(reading, decisive).map(({ text, mark }, index) => (
					<div key={index} class={mark} title={mark === "found" ? "A rule searched for this line" : undefined}>
						{mark === "decisive" ? <mark>{text}</mark> : text}
					</div>
				))}
			</ScrollArea>
		</div>
	);
}
