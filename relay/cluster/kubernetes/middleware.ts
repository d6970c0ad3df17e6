import { Observable, type ObservableMiddleware, type RequestContext } from "@kubernetes/client-node";

/** A middleware that only changes outgoing requests. */
export function passed(change: (context: RequestContext) => void): ObservableMiddleware {
	return {
		pre(context) {
			change(context);
			return new Observable(Promise.resolve(context));
		},
		post: (context) => new Observable(Promise.resolve(context)),
	};
}
