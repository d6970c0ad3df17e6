/**
 * The file of a workflow in what GitHub calls its path: `.github/workflows/ci.yml@refs/heads/main` also names the ref that the
 * file was read from, which changes from run to run.
 */
export function workflowFile(path: string): string {
	const [file = path] = path.split(/(?<=\.ya?ml)@|@(?=refs\/)/);
	return file;
}
