import { InvalidArgumentError } from "commander";

/** Values of options as a command gets them. What is none of them is a usage error. */

export function wholeNumber(text: string): number {
	if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("Give a whole number, 1 or more.");
	return Number(text);
}

export function portNumber(text: string): number {
	const port = Number(text);
	if (!/^\d{1,5}$/.test(text) || port > 65_535)
		throw new InvalidArgumentError("Give a port, 1 to 65535, or 0 for any.");
	return port;
}

/** Items may contain spaces, as paths do. */
export function commaSeparated(text: string): string[] {
	return text
		.split(",")
		.map((part) => part.trim())
		.filter((part) => part !== "");
}
