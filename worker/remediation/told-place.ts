/** Where a person was told: in a comment on a pull request, or in an issue of its own. */
export interface CommentRef {
	/** Of the pull request or issue. */
	readonly number: number;
	/** The comment's id; absent: it is the issue itself. */
	readonly comment?: number;
}

/** Reads the address that GitHub gave for a comment or an issue; undefined where it is neither. */
export function commentRef(url: string): CommentRef | undefined {
	const [, number, comment] = /\/(?:pull|issues)\/(\d+)(?:#issuecomment-(\d+))?$/.exec(url) ?? [];
	if (number === undefined) return undefined;
	return { number: Number(number), ...(comment !== undefined && { comment: Number(comment) }) };
}
