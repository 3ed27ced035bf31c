internal import Dockerfile
internal import SystemPackage

/// The secrets of the command line.
struct SecretValues: Sendable {
    /// By id.
    let secrets: [String: BuildRequest.Secret]

    /// The bytes of the secret that a mount wants; `nil` when it is not there and need not be.
    /// - Throws: `invalidInput`.
    func bytes(of mount: SecretMount) async throws -> [UInt8]? {
        switch secrets[mount.id] {
        case nil:
            guard mount.required else { return nil }
            throw BuildError(
                .invalidInput, "the secret \(mount.id) is required: give it with --secret id=\(mount.id),src=FILE")
        case .value(let text): return Array(text.utf8)
        case .file(let path):
            do {
                return try await BlockingThreads.run { try StateFile.read(path, upTo: 500 << 10) }
            } catch let error as BuildError {
                throw BuildError(.invalidInput, "the secret \(mount.id): \(error.description)", cause: error)
            }
        }
    }
}
