/** A context part as far as its round is concerned. */
interface Part {
	readonly name: string;
	readonly when?: unknown;
	readonly with?: unknown;
}

/**
 * Parts that are gathered together, in their order. A part that reads `$failure`, or another part as `context.name`, is
 * gathered after what it reads; all others come first. Parts that wait for each other come last: the check refuses them.
 */
export function contextRounds<P extends Part>(parts: readonly P[]): readonly (readonly P[])[] {
	const rounds: (readonly P[])[] = [parts.filter((part) => !isLater(part))];
	let left = parts.filter(isLater);
	while (left.length > 0) {
		const names = new Set(left.map(({ name }) => name));
		const ready = left.filter((part) => !partsRead(part).some((read) => names.has(read)));
		const next = ready.length > 0 ? ready : left;
		rounds.push(next);
		left = left.filter((part) => !next.includes(part));
	}
	return rounds;
}

/** Whether a part is gathered after the first round: it depends on what failed, or on another part. */
export function isLater(part: Omit<Part, "name">): boolean {
	return partsRead(part).length > 0 || textsOf(part).some((text) => /\$failure\b/.test(text));
}

/** The names of the parts that a part's expressions read. */
export function partsRead(part: Omit<Part, "name">): readonly string[] {
	const found = textsOf(part).flatMap((text) => [...text.matchAll(/(?<![\w.$])context\.([a-z][a-z0-9_]*)/g)]);
	return [...new Set(found.map(([, name = ""]) => name))];
}

function textsOf({ when, with: parameters }: Omit<Part, "name">): readonly string[] {
	return textsIn([when, parameters]);
}

function textsIn(tree: unknown): readonly string[] {
	if (typeof tree === "string") return [tree];
	return typeof tree === "object" && tree !== null ? Object.values(tree).flatMap(textsIn) : [];
}
