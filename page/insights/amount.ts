import { lengthOf } from "../parts/age.tsx";

/** A rate from 0 to 1 in percent; a dash for null, the rate of nothing. */
export function share(rate: number | null): string {
	if (rate === null) return "–";
	// Only a full rate is shown as 100 %: 99.96 % becomes 99.9 %.
	const percent = rate < 1 ? Math.min(99.9, rate * 100) : 100;
	return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

export function duration(seconds: number | null): string {
	return seconds === null ? "–" : lengthOf(seconds);
}
