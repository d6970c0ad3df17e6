import type { ComponentChildren } from "preact";

/** An external link. Plain text unless the address is http or https, since payloads choose it. */
export function OutsideLink({
	href,
	children,
}: {
	readonly href: string | null | undefined;
	readonly children: ComponentChildren;
}) {
	const url = URL.parse(href ?? "");
	if (url === null || !/^https?:$/.test(url.protocol)) return <>{children}</>;
	return (
		<a class="outside" href={url.href} target="_blank" rel="noopener noreferrer">
			{children}
		</a>
	);
}
