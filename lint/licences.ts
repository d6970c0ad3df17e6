/** A package of the lock file. */
export interface LockedPackage {
	readonly license?: string;
	/** Only tests and checks use it: it is in nothing that is handed on. */
	readonly dev?: boolean;
	readonly link?: boolean;
}

/** They ask for their notice at most: https://blueoakcouncil.org/list */
const ALLOWED: ReadonlySet<string> = new Set(
	"0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 CC0-1.0 ISC MIT Python-2.0 PSF-2.0 Unlicense Zlib".split(
		" ",
	),
);

/** Their conditions hold for whoever hands the package on, which nobody does with a tool. */
const ALLOWED_IN_TOOLS: ReadonlySet<string> = new Set(["LGPL-3.0-or-later", "MPL-2.0"]);

/** Not tools by the lock file, yet never handed on: the local runtime's image library, which nothing of ours calls. */
const AS_TOOLS = /^node_modules\/@img\/sharp/;

/** One line for each installed package whose licence is missing or not on the lists. */
export function licenceProblems(packages: Readonly<Record<string, LockedPackage>>): readonly string[] {
	return Object.entries(packages).flatMap(([place, { license, dev, link }]) => {
		if (place === "" || link === true) return [];
		const isTool = dev === true || AS_TOOLS.test(place);
		const isAllowed = (name: string) => ALLOWED.has(name) || (isTool && ALLOWED_IN_TOOLS.has(name));
		if (license !== undefined && isSatisfied(license, isAllowed)) return [];
		return [`${place}: its licence is ${license ?? "not named"}; allowed ones are in lint/licences.ts`];
	});
}

/** Of `A OR B` one must be allowed, of `A AND B` both: https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/ */
function isSatisfied(expression: string, isAllowed: (name: string) => boolean): boolean {
	const plain = expression.trim().replace(/^\((.*)\)$/, "$1");
	// Nested ones are so rare that each is better read by a person.
	if (/[()]/.test(plain)) return false;
	return plain.split(/ OR /).some((all) => all.split(/ AND /).every((name) => isAllowed(name.trim())));
}
