import type { PlaceInLine } from "../journal/queue-line.ts";
import type { ShownQueue } from "./shapes.ts";

/** Such as `third in line: 2 others of acme/shop are before it`. */
export function presentQueue(line: PlaceInLine | undefined, repository: string): ShownQueue | null {
	if (line === undefined) return null;
	const place = `${ordinal(line.place)} in line`;
	if (line.place === 1) return { ...line, text: place };
	const [first, second, ...rest] = line.before.map((one) => {
		const isOwn = one.repository.toLowerCase() === repository.toLowerCase();
		return `${one.count}${isOwn ? (one.count === 1 ? " other" : " others") : ""} of ${one.repository}`;
	});
	const others = rest.length === 0 ? [] : [`those of ${rest.length} more`];
	const named = [first, second, ...others].filter((one) => one !== undefined);
	const verb = line.place === 2 ? "is" : "are";
	return { ...line, text: `${place}: ${named.join(" and ")} ${verb} before it` };
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

function ordinal(place: number): string {
	return ORDINALS[place - 1] ?? `number ${place}`;
}
