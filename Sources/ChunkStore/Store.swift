public import Compression
public import Logging
public import SystemPackage

/// A deduplicating store of layers, blobs and small records: append-only chunk files, which are the truth, and
/// an LMDB index of them.
///
/// All calls block and may be made from any thread; none may be made from the Swift concurrency pool. What a
/// call acknowledges by returning is durable. Nothing that one project stored is visible to another.
public final class Store: Sendable {
    /// What can be tuned.
    public struct Options: Sendable {
        /// A chunk file is sealed when it is at least this long. Bytes.
        public var chunkFileSize: UInt64 = 256 << 20
        /// The address space of the index; a sparse upper bound. Bytes.
        public var indexSizeMaximum: Int = 1 << 40
        /// How frames made by the server are compressed.
        public var codec: Codec = .zstd
        /// The zstd level of frames made by the server.
        public var level: Int32 = 1

        /// The defaults.
        public init() {}
    }

    /// The directory that everything is in.
    public let root: FilePath

    /// Opens the store in `root`, making it when it does not exist. One process owns a root.
    /// - Throws: `rootInUse`, `unsupportedFormat`, `io`.
    public init(opening root: FilePath, options: Options = Options(), logger: Logger) throws(StoreError) {
        throw StoreError(.io, "not written yet")
    }

    /// Waits for writes under way, then gives the root up. Later calls throw `closed`. Idempotent.
    public func close() {}
}

/// A project of a store: the unit of tenancy.
public struct ProjectID: Hashable, Sendable {
    /// The number that stands for the project in keys and records, from 1.
    public let number: UInt32

    init(number: UInt32) {
        self.number = number
    }
}

extension Store {
    /// The project called `name`; `nil` when nothing was ever stored in it.
    public func project(named name: String) throws(StoreError) -> ProjectID? { nil }

    /// The project called `name`, made durable now when it is new. Names have 1 to 128 bytes.
    public func makeProject(named name: String) throws(StoreError) -> ProjectID { ProjectID(number: 1) }

    /// All projects and their names.
    public func projects() throws(StoreError) -> [(name: String, id: ProjectID)] { [] }
}
