import CacheAPI
import HTTPTypes
import OCI
import Synchronization

/// The uploads under way. They are in memory only: after a restart clients begin anew.
final class UploadSessions: Sendable {
    private let limits: Limits
    private let sessions = Mutex<[String: UploadSession]>([:])

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Begins an upload of `client`.
    /// - Returns: the upload, and others that nobody has used for too long: the caller discards them, which blocks.
    /// - Throws: ``RegistryFailure`` `tooManyRequests`.
    func begin(
        in repository: RepositoryName, of project: ProjectName, by client: String
    ) throws(RegistryFailure) -> (session: UploadSession, expired: [UploadSession]) {
        let session = UploadSession(repository: repository, project: project, client: client)
        let expired = try sessions.withLock { sessions throws(RegistryFailure) in
            let expired = try makeRoom(&sessions, for: client)
            sessions[session.id] = session
            return expired
        }
        return (session, expired)
    }

    /// The upload called `id`.
    /// - Throws: ``RegistryFailure`` `blobUploadUnknown`.
    func session(_ id: String, in repository: RepositoryName) throws(RegistryFailure) -> UploadSession {
        guard let session = sessions.withLock({ $0[id] }), session.repository == repository,
            session.idle <= limits.uploadIdleTime
        else {
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

    private func makeRoom(
        _ sessions: inout [String: UploadSession], for client: String
    ) throws(RegistryFailure) -> [UploadSession] {
        var expired: [UploadSession] = []
        var living: [UploadSession] = []
        for session in sessions.values {
            if session.idle > limits.uploadIdleTime { expired.append(session) } else { living.append(session) }
        }
        let own = living.filter { $0.client == client }
        if own.count >= limits.uploadsPerClient {
            expired.append(try idlest(of: own, "you have \(own.count) uploads under way, the most there may be"))
        } else if living.count >= limits.uploads {
            expired.append(try idlest(of: living, "\(living.count) uploads are under way"))
        }
        for session in expired { sessions[session.id] = nil }
        return expired
    }

    /// The one of `sessions` that nobody has used for longest, if that is long.
    private func idlest(of sessions: [UploadSession], _ reason: String) throws(RegistryFailure) -> UploadSession {
        if let idlest = sessions.max(by: { $0.idle < $1.idle }), idlest.idle > limits.uploadIdleTimeWhenFull {
            return idlest
        }
        var failure = RegistryFailure(.tooManyRequests, "\(reason); finish one, or try again in a moment")
        failure.headers[.retryAfter] = "10"
        throw failure
    }
}
