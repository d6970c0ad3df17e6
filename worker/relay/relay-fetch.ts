import type { Env } from "../env.ts";

/**
 * Reaches the relay through the Workers VPC binding if there is one (https://developers.cloudflare.com/workers-vpc/), else at
 * its public hostname. Requests are signed and checked in the same way.
 */
export function relayFetch({ RELAY }: Env): typeof fetch {
	return RELAY === undefined ? fetch : (input, init) => RELAY.fetch(input, init);
}
