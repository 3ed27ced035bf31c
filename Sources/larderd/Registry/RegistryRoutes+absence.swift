import Hummingbird
import OCI

extension RegistryRoutes {
    /// What whoever has no right in the project of a repository is told: the very answer for a repository that nothing was
    /// ever stored in, whatever is stored in this one. Looks nothing up.
    func absence(of path: RegistryPath, _ route: RegistryRoute, _ request: Request) async throws -> Response {
        switch (route, path) {
        case (.tags, .tags(let name)): throw Self.noRepository(name)
        case (.manifest, .manifest(let name, let reference)), (.deleteManifest, .manifest(let name, let reference)):
            throw Self.noManifest(reference, in: name)
        case (.blob, .blob(let name, let digest)), (.deleteBlob, .blob(let name, let digest)):
            throw Self.noBlob(digest, in: name)
        case (.referrers, .referrers(let name, let digest)):
            return try Self.referrers(of: digest, in: name, request, entries: [], next: nil)
        case (_, .upload(let name, let id)): throw UploadSessions.noSession(id, in: name)
        default:
            let name = path.repository.map { "repository \($0)" } ?? "such thing"
            throw RegistryFailure(.nameUnknown, "there is no \(name) here, or you have no right to it")
        }
    }
}
