/**
 * HEAD is GET without the answer's content (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2), as monitors ask it. The
 * routes need not know of it: the runtime leaves the content out.
 */
export function headAsGet(request: Request): Request {
	return request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
}
