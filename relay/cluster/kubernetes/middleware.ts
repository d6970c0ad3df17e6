import { Observable, type ObservableMiddleware, type RequestContext } from "@kubernetes/client-node";

/** A middleware that changes requests on their way out, and nothing else. */
export function passed(change: (context: RequestContext) => void): ObservableMiddleware {
	return {
		pre(context) {
			change(context);
			return new Observable(Promise.resolve(context));
		},
		post: (context) => new Observable(Promise.resolve(context)),
	};
}
