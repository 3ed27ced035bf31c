import Chunking

@testable import ChunkStore

/// What a store must have, kept in the simplest way that can be right.
struct World: Sendable {
    struct BlobName: Hashable, Sendable {
        let project: Int
        let digest: Digest
    }

    struct RecordName: Hashable, Sendable {
        let project: Int
        let table: RecordTable
        let key: [UInt8]
    }

    struct Record: Sendable {
        var value: [UInt8]
        var references: [Reference]
        /// When it was used last, as far as the store has certainly written down. Seconds of the test's clock.
        var used: UInt64
    }

    /// The blobs that are there.
    var blobs: Set<BlobName> = []
    var records: [RecordName: Record] = [:]
    /// When each blob was last stored or asked for. Seconds of the test's clock.
    var touched: [BlobName: UInt64] = [:]
    /// Uploaded chunks of blobs that are not committed, and when.
    var uploads: [BlobName: UInt64] = [:]
    /// When the store was opened. Seconds of the test's clock.
    var opened: UInt64 = 0

    /// Which blobs records refer to.
    var referredBlobs: Set<BlobName> {
        var names: Set<BlobName> = []
        for (name, record) in records {
            for case .blob(let digest) in record.references {
                names.insert(BlobName(project: name.project, digest: digest))
            }
        }
        return names
    }

    /// Which records are referred to by others.
    var referredRecords: Set<RecordName> {
        var names: Set<RecordName> = []
        for (name, record) in records {
            for case .record(let table, let key) in record.references {
                names.insert(RecordName(project: name.project, table: table, key: key))
            }
        }
        return names
    }
}
