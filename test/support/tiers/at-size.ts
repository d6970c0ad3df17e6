import { inject } from "vitest";

declare module "vitest" {
	interface ProvidedContext {
		/**
		 * Whether property tests run all their cases, as in `npm run test:soak`, or the tenth that `npm test` has time for.
		 */
		readonly atSize: boolean;
		/** Whether the worker really sleeps, because one file has the clock to itself. */
		readonly isAlone: boolean;
	}
}

/** Whether this is the run at size: `npm run test:soak`. */
export const isAtSize: boolean = inject("atSize");

/**
 * How many cases a property test tries: `cases` in `npm run test:soak`, a tenth in `npm test`, never fewer than
 * `least`.
 */
export function runs(cases: number, least = 10): number {
	return isAtSize ? cases : Math.min(cases, Math.max(least, Math.ceil(cases / 10)));
}
