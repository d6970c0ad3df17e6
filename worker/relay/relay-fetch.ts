import type { Env } from "../env.ts";

/**
 * How the relay is reached: by the Workers VPC binding where there is one (https://developers.cloudflare.com/workers-vpc/),
 * else at its public hostname. Signed and checked the same way.
 */
export function relayFetch({ RELAY }: Env): typeof fetch {
	return RELAY === undefined ? fetch : (input, init) => RELAY.fetch(input, init);
}
