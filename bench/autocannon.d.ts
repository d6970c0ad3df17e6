/** The part of autocannon's API that the benchmark uses; the package has no types. */
declare module "autocannon" {
	interface Options {
		readonly url: string;
		readonly method: "POST";
		readonly body: string;
		readonly headers: Readonly<Record<string, string>>;
		readonly connections: number;
		/** Seconds; or `amount`, a number of requests. */
		readonly duration?: number;
		readonly amount?: number;
	}
	interface Result {
		/** Milliseconds. */
		readonly latency: { readonly p50: number; readonly p99: number };
		readonly requests: { readonly average: number; readonly total: number };
		readonly non2xx: number;
		readonly errors: number;
	}
	export default function autocannon(options: Options): Promise<Result>;
}
