import { now } from "../api/poll.ts";

const SOON = 5;

/** A time that has been, as its distance from now; the full time is its tooltip. The worker's clock may be ahead: that is "now". */
export function Age({ at }: { readonly at: string | null }) {
	if (at === null) return <span class="dim">–</span>;
	const seconds = secondsTo(now.value, at);
	return <Time at={at} text={seconds < SOON ? "now" : `${lengthOf(seconds)} ago`} />;
}

/** A time to come, in the same way. */
export function Until({ at }: { readonly at: string }) {
	const seconds = -secondsTo(now.value, at);
	return <Time at={at} text={seconds < SOON ? "now" : `in ${lengthOf(seconds)}`} />;
}

/** The time of day; the full time is its tooltip. */
export function Clock({ at }: { readonly at: string }) {
	return <Time at={at} text={new Date(at).toLocaleTimeString(undefined, { hour12: false })} />;
}

export function absolute(at: string): string {
	return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium", hour12: false });
}

function Time({ at, text }: { readonly at: string; readonly text: string }) {
	return (
		<time dateTime={at} title={absolute(at)}>
			{text}
		</time>
	);
}

function secondsTo(time: number, at: string): number {
	return Math.round((time - Date.parse(at)) / 1000);
}

/** Seconds as `45 s`, `3 min`, `2 h 5 min` or `4 d`. */
export function lengthOf(seconds: number): string {
	if (seconds < 60) return `${Math.round(seconds)} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 10 && minutes % 60 > 0) return `${hours} h ${minutes % 60} min`;
	return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
