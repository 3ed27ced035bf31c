public import Chunking
public import Compression

extension Store {
    /// Which of `ids` the project does not have, as positions in `ids`, ascending. O(n log m).
    public func missingChunks(_ ids: [Digest], in project: ProjectID) throws(StoreError) -> [Int] { [] }

    /// Begins to take frames into the project.
    public func beginFrames(in project: ProjectID) -> FrameBatch { FrameBatch() }

    /// Reads the frames that hold the chunks `ids`, in the order in which `ids` first needs them, each frame once
    /// and as it is stored. Chunks that the project does not have make this throw `missingContent`.
    public func frames(holding ids: [Digest], in project: ProjectID) throws(StoreError) -> FrameReader { FrameReader() }
}

/// Frames on their way into the store. Not for use from several threads at once.
public struct FrameBatch: ~Copyable {
    /// Checks a frame (every chunk is hashed) and appends it to a chunk file. Chunks that the store has already
    /// only become the project's. Nothing is visible before ``commit()``.
    /// - Throws: `invalidContent`, `diskFull`, `poisoned`, `io`.
    public mutating func append(_ frame: borrowing Frame) throws(StoreError) {}

    /// Makes all that was appended durable and visible. How many chunks were new to the store.
    public consuming func commit() throws(StoreError) -> Int { 0 }
}

/// Frames on their way out of the store.
public struct FrameReader: ~Copyable {
    /// The next frame; `nil` at the end.
    /// - Throws: `missingContent` when a frame does not pass its checksum, `io`.
    public mutating func next() throws(StoreError) -> Frame? { nil }
}
