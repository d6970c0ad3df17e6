/** A part of the platform's API that a local hub does without, since the worker does. */
export function notHere(what: string): never {
	throw new Error(`${what} is not in a local hub`);
}
