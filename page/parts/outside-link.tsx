import type { ComponentChildren } from "preact";

/** A link to elsewhere; plain text unless its address is one of the web, whatever a payload says it is. */
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
