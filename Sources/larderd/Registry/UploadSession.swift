import CacheAPI
import ChunkStore
import Chunking
import NIOCore
import OCI
import Synchronization

/// One upload of a blob. Its bytes go into the store as they come; one request at a time writes.
final class UploadSession: Sendable {
    /// What clients call it.
    let id: String
    /// Where the blob goes.
    let repository: RepositoryName
    /// Who owns it.
    let project: ProjectName
    /// Who began it (``LimitKey``).
    let client: String
    private let progress: Mutex<UploadProgress>
    private let writer = Mutex<BlobWriter?>(nil)

    init(repository: RepositoryName, project: ProjectName, client: String) {
        id = Self.makeID()
        self.repository = repository
        self.project = project
        self.client = client
        progress = Mutex(UploadProgress(now: .now))
    }

    /// 32 hexadecimal digits that nobody can guess.
    static func makeID() -> String {
        func part() -> String {
            let text = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        return part() + part()
    }

    /// How many bytes have been written.
    var offset: UInt64 { progress.withLock { $0.offset } }

    /// For how long nobody has used it.
    var idle: Duration { progress.withLock { $0.idle(now: .now) } }

    /// Lets the caller write until ``end()``.
    /// - Throws: ``UploadProgress/Refusal``.
    func begin(at start: UInt64? = nil) throws(UploadProgress.Refusal) {
        try progress.withLock { progress throws(UploadProgress.Refusal) in try progress.begin(at: start) }
    }

    /// Ends what ``begin(at:)`` began.
    func end() {
        progress.withLock { $0.end(now: .now) }
    }

    /// Writes the next bytes. Blocks. After an error the upload cannot go on.
    func write(_ parts: [ByteBuffer], to store: Store) throws {
        try writer.withLock { slot in
            var writer = try slot.take() ?? begin(in: store)
            for part in parts {
                try writer.write(part.readableBytesSpan)
                progress.withLock { $0.advance(by: part.readableBytes) }
            }
            slot = consume writer
        }
    }

    /// Whether it holds nothing that others wait for.
    var isPaused: Bool { writer.withLock { $0?.isPaused ?? true } }

    /// Does what waits to be done with what was written, and holds as little as possible until more comes. Blocks. After
    /// an error the upload cannot go on.
    func pause() throws {
        try writer.withLock { slot in
            guard var writer = slot.take() else { return }
            try writer.pause()
            slot = consume writer
        }
    }

    /// Makes what was written a blob of the project. Blocks. The upload is over then, whatever happens.
    /// - Throws: ``StoreError`` `invalidContent` when its digest is not `digest`.
    func commit(expecting digest: Digest?, to store: Store) throws -> BlobInfo {
        try writer.withLock { slot in
            let writer = try slot.take() ?? begin(in: store)
            return try writer.commit(expecting: digest)
        }
    }

    /// Drops what was written. Blocks.
    func discard() {
        writer.withLock { $0 = nil }
    }

    // Only when there is something to write, since a writer holds memory and a project is for ever.
    private func begin(in store: Store) throws -> BlobWriter {
        store.beginBlob(in: try store.makeProject(named: project.description))
    }
}
