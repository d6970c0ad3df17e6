import type { ComponentChildren } from "preact";
import { status } from "../api/poll.ts";
import { isOnGitHub } from "./github-places.ts";

/**
 * An external link. Plain text unless the address is http or https, since payloads choose it; where it leads to anything but
 * GitHub, its host stands beside it.
 */
export function OutsideLink({
	href,
	title,
	children,
}: {
	readonly href: string | null | undefined;
	readonly title?: string;
	readonly children: ComponentChildren;
}) {
	const url = URL.parse(href ?? "");
	if (url === null || !/^https?:$/.test(url.protocol)) return <>{children}</>;
	return (
		<>
			<a class="outside" href={url.href} title={title} target="_blank" rel="noopener noreferrer">
				{children}
			</a>
			{!isOnGitHub(status.value?.github_url, url) && <span class="dim"> {url.host}</span>}
		</>
	);
}
