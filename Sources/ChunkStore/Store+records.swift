public import Chunking

/// The kinds of small records that the store keeps for the layers above it. The raw values are part of the format.
public enum RecordTable: UInt8, Sendable, CaseIterable {
    /// Step records, by scope and step key.
    case step = 1
    /// From definition key to content key, by scope.
    case alias = 2
    /// Image manifests and indexes, by repository and digest.
    case manifest = 3
    /// Tags, by repository and tag.
    case tag = 4
    /// Images that were pulled from another registry, by their full name.
    case upstream = 5
}

/// What to do when a record with the same key is there already.
public enum RecordPolicy: Sendable {
    /// The new one takes its place.
    case replace
    /// The one that is there stays.
    case keepFirst
}

extension Store {
    /// Writes a record, durable when this returns.
    /// - Parameters:
    ///   - key: 1 to 400 bytes.
    ///   - value: at most 4 MiB; kept in a chunk file.
    ///   - requires: blobs that the project must have, checked in the same transaction.
    /// - Returns: whether the record was written; `false` when `keepFirst` kept another.
    /// - Throws: `missingContent` naming the first of `requires` that is not there.
    public func put(
        _ value: [UInt8], in table: RecordTable, key: [UInt8], project: ProjectID, policy: RecordPolicy = .replace,
        requires: [Digest] = []
    ) throws(StoreError) -> Bool { false }

    /// The record under `key`; `nil` when there is none.
    public func record(in table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> [UInt8]? { nil }

    /// The keys that begin with `prefix`, in byte order, after `after`, at most `limit`.
    public func keys(
        in table: RecordTable, prefix: [UInt8], after: [UInt8]? = nil, limit: Int, project: ProjectID
    ) throws(StoreError) -> [[UInt8]] { [] }

    /// Deletes a record, durable when this returns (a tombstone keeps a rebuilt index from bringing it back).
    /// - Returns: whether there was one.
    public func delete(in table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> Bool { false }
}
