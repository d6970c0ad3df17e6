import { now } from "../api/poll.ts";

/** A time as its distance from now; the full time is its tooltip. */
export function Age({ at }: { readonly at: string | null }) {
	if (at === null) return <span class="dim">–</span>;
	return (
		<time dateTime={at} title={absolute(at)}>
			{ageOf(Date.parse(at), now.value)}
		</time>
	);
}

/** The time of day; the full time is its tooltip. */
export function Clock({ at }: { readonly at: string }) {
	return (
		<time dateTime={at} title={absolute(at)}>
			{new Date(at).toLocaleTimeString(undefined, { hour12: false })}
		</time>
	);
}

export function absolute(at: string): string {
	return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium", hour12: false });
}

function ageOf(at: number, since: number): string {
	const seconds = Math.round((since - at) / 1000);
	// The worker's clock may be a little ahead of the browser's.
	if (Math.abs(seconds) < 5) return "now";
	const length = lengthOf(Math.abs(seconds));
	return seconds < 0 ? `in ${length}` : `${length} ago`;
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
