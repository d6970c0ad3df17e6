/**
 * The event that Healer makes itself when GitHub says that a pull request conflicts with its base, as `events` in pipeline.yaml
 * names it. Its payload has the fields of GitHub's `pull_request`.
 */
export const BASE_CONFLICT = "base_conflict";
