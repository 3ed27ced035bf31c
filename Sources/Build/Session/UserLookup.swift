internal import Chunking

/// Finds users of an image by name.
struct UserLookup: Sendable {
    let facts: ChainFacts

    /// The user that USER or --chown names, in an image.
    /// - Throws: `invalidInput` for a name that is not there; `server`, `io`.
    func find(_ text: String, in chain: [Digest], ownerOfFiles: Bool) async throws -> ResolvedUser {
        if text.isEmpty { return .root }
        let passwd = try await facts.file("/etc/passwd", of: chain)
        let group = try await facts.file("/etc/group", of: chain)
        return try ResolvedUser(resolving: text, passwd: passwd, group: group, ownerOfFiles: ownerOfFiles)
    }

    /// The owner of files; numbers alone need no look at the image.
    /// - Throws: as ``find(_:in:ownerOfFiles:)``.
    func owner(_ text: String, in chain: [Digest]) async throws -> CopyLayout.Owner {
        let isNumeric = text.split(separator: ":", omittingEmptySubsequences: false).allSatisfy { UInt32($0) != nil }
        let user =
            isNumeric
            ? try ResolvedUser(resolving: text, passwd: nil, group: nil, ownerOfFiles: true)
            : try await find(text, in: chain, ownerOfFiles: true)
        return CopyLayout.Owner(uid: user.uid, gid: user.gid)
    }
}
