public import Chunking

/// What the store knows of a blob.
public struct BlobInfo: Hashable, Sendable {
    /// The SHA-256 of its bytes; the diffID when it is an uncompressed layer.
    public let digest: Digest
    /// Its length in bytes.
    public let size: UInt64
    /// Whether it is a tar with an entry table.
    public let isLayer: Bool

    /// Makes a description.
    public init(digest: Digest, size: UInt64, isLayer: Bool) {
        self.digest = digest
        self.size = size
        self.isLayer = isLayer
    }
}

extension Store {
    /// What the project has under `digest`; `nil` when it has nothing.
    public func blob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobInfo? { nil }

    /// Commits a blob whose chunks have been uploaded as frames. The blob is put together once: its digest must
    /// be the recipe's, and its entry table is made from what was read, never taken from a client.
    /// - Returns: what was committed.
    /// - Throws: `invalidContent` on a mismatch, `missingContent` when chunks are not there (ask for the missing
    ///   ones and send them again), `diskFull`, `poisoned`, `io`.
    public func commitBlob(_ recipe: Recipe, in project: ProjectID) throws(StoreError) -> BlobInfo {
        throw StoreError(.io, "not written yet")
    }

    /// Begins to take a blob as a stream of bytes: it is split, its new chunks compressed and appended as they come.
    public func beginBlob(in project: ProjectID) -> BlobWriter { BlobWriter() }

    /// How to rebuild the blob; `nil` when the project does not have it.
    public func recipe(of digest: Digest, in project: ProjectID) throws(StoreError) -> Recipe? { nil }

    /// The table of contents of the layer; `nil` when the project does not have it or it is not a tar.
    public func entries(of layer: Digest, in project: ProjectID) throws(StoreError) -> EntryTable? { nil }

    /// Reads bytes of a blob; `nil` when the project does not have it. `range` must lie within the blob.
    public func read(_ digest: Digest, range: Range<UInt64>? = nil, in project: ProjectID) throws(StoreError)
        -> BlobReader?
    { nil }

    /// Reads the contents of one regular file of a layer.
    public func readFile(_ entry: Entry, of layer: Digest, in project: ProjectID) throws(StoreError) -> BlobReader? {
        nil
    }

    /// Gives `receiver` what `giver` has under `digests`, without moving bytes. All or nothing; durable.
    /// - Throws: `missingContent` when the giver lacks one.
    public func share(_ digests: [Digest], from giver: ProjectID, with receiver: ProjectID) throws(StoreError) {}
}

/// A blob on its way into the store. Not for use from several threads at once; may move between threads.
/// Dropping it without ``commit(expecting:)`` leaves nothing visible behind.
public struct BlobWriter: ~Copyable, Sendable {
    /// How many bytes were written so far.
    public var size: UInt64 { 0 }

    /// Takes the next bytes.
    /// - Throws: `diskFull`, `poisoned`, `io`.
    public mutating func write(_ bytes: RawSpan) throws(StoreError) {}

    /// Ends the blob and makes it durable and visible.
    /// - Throws: `invalidContent` when its digest is not `expected`; nothing is kept then.
    public consuming func commit(expecting expected: Digest?) throws(StoreError) -> BlobInfo {
        throw StoreError(.io, "not written yet")
    }
}

/// A blob, or a part of one, on its way out of the store. Every chunk is checked before its bytes are given out.
public struct BlobReader: ~Copyable, Sendable {
    /// How many bytes are still to come.
    public var remaining: UInt64 { 0 }

    /// Appends the next bytes to `buffer`, at least one and about `maximum` (never more); 0 at the end.
    /// - Throws: `missingContent` when a chunk does not pass its check, `io`.
    public mutating func read(into buffer: inout [UInt8], maximum: Int) throws(StoreError) -> Int { 0 }
}
