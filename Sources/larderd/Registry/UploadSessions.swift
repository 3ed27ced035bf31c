import CacheAPI
import OCI
import Synchronization

/// The uploads under way. They are in memory only: after a restart clients begin anew.
final class UploadSessions: Sendable {
    /// How many there may be.
    struct Limits: Sendable {
        /// The most uploads at once. Each holds about a megabyte.
        var countMaximum = 1024
        /// An upload that nobody has used for so long is dropped.
        var idleMaximum = Duration.seconds(3_600)
        /// When there are too many, one that nobody has used for so long makes room.
        var idleUnderPressure = Duration.seconds(600)
    }

    private let limits: Limits
    private let sessions = Mutex<[String: UploadSession]>([:])

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Begins an upload.
    /// - Returns: the upload, and others that nobody has used for too long: the caller discards them, which blocks.
    /// - Throws: ``RegistryFailure`` `tooManyRequests`.
    func begin(
        in repository: RepositoryName, of project: ProjectName
    ) throws(RegistryFailure) -> (session: UploadSession, expired: [UploadSession]) {
        let session = UploadSession(repository: repository, project: project)
        let expired = try sessions.withLock { sessions throws(RegistryFailure) in
            let expired = try makeRoom(&sessions)
            sessions[session.id] = session
            return expired
        }
        return (session, expired)
    }

    /// The upload called `id`.
    /// - Throws: ``RegistryFailure`` `blobUploadUnknown`.
    func session(_ id: String, in repository: RepositoryName) throws(RegistryFailure) -> UploadSession {
        guard let session = sessions.withLock({ $0[id] }), session.repository == repository else {
            throw Self.noSession(id, in: repository)
        }
        return session
    }

    static func noSession(_ id: String, in repository: RepositoryName) -> RegistryFailure {
        RegistryFailure(
            .blobUploadUnknown, "there is no upload '\(id.prefix(64))' to \(repository); begin another with POST")
    }

    /// Forgets an upload.
    func remove(_ session: UploadSession) {
        sessions.withLock { $0[session.id] = nil }
    }

    /// How many there are.
    var count: Int { sessions.withLock { $0.count } }

    /// How many bytes of a body are handed to the store's threads at once, at least: the more uploads there are, the fewer.
    var batchMinimum: Int { min(max(Self.batchMemory / max(1, count), 16 << 10), 512 << 10) }

    /// The batches of all uploads together have about this much memory. Bytes.
    private static let batchMemory = 8 << 20

    private func makeRoom(_ sessions: inout [String: UploadSession]) throws(RegistryFailure) -> [UploadSession] {
        var expired = sessions.values.filter { $0.idle > limits.idleMaximum }
        if sessions.count - expired.count >= limits.countMaximum {
            guard let idlest = sessions.values.max(by: { $0.idle < $1.idle }), idlest.idle > limits.idleUnderPressure
            else {
                throw RegistryFailure(
                    .tooManyRequests, "\(limits.countMaximum) uploads are under way; try again in a moment")
            }
            expired.append(idlest)
        }
        for session in expired { sessions[session.id] = nil }
        return expired
    }
}
