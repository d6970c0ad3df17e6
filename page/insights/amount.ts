import { lengthOf } from "../parts/age.tsx";

/** A rate from 0 to 1 as people read it; a dash while there is nothing to divide by. */
export function share(rate: number | null): string {
	if (rate === null) return "–";
	// 99.96 % is not all of them.
	const percent = rate < 1 ? Math.min(99.9, rate * 100) : 100;
	return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

export function duration(seconds: number | null): string {
	return seconds === null ? "–" : lengthOf(seconds);
}
