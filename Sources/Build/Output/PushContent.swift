internal import Chunking
internal import OCI

/// What is sent to a registry when an image is.
struct PushContent: Sendable {
    /// Something that a manifest refers to.
    struct Blob: Sendable {
        let digest: Digest
        /// Bytes.
        let size: UInt64
        let read: BlobSource
    }

    /// A manifest, or a list of manifests.
    struct Document: Hashable, Sendable {
        let mediaType: String
        let digest: Digest
        let bytes: [UInt8]

        init(_ bytes: [UInt8], mediaType: String) {
            self.mediaType = mediaType
            self.bytes = bytes
            digest = Digest(hashing: bytes)
        }
    }

    /// Each once.
    var blobs: [Blob]
    /// Those that the image's own document names, each behind what it names itself.
    var children: [Document] = []
    /// What a tag of the image points to.
    var root: Document
}

extension PushContent.Blob {
    /// A blob in memory.
    init(_ bytes: [UInt8], digest: Digest) {
        self.init(digest: digest, size: UInt64(bytes.count)) { use in
            try await BlockingThreads.run { try use { write in try unsafe write(bytes.span.bytes) } }
        }
    }
}
