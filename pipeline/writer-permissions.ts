/**
 * What somebody must be allowed on a repository to give commands, where the pipeline says nothing: to be a member or a
 * collaborator proves no right to write.
 * https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
export const WRITER_PERMISSIONS: readonly string[] = ["admin", "maintain", "write"];
