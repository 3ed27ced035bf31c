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
    /// Manifests that are about the others, such as attestations and signatures, each behind what it is about.
    var referrers: [Document] = []
}

extension PushContent {
    /// Adds what refers to the image, with its blobs.
    mutating func add(_ referrers: ImageReferrers) {
        self.referrers += referrers.documents
        let known = Set(blobs.map(\.digest))
        blobs += referrers.blobs.filter { !known.contains($0.digest) }
    }
}

extension PushContent.Blob {
    /// A blob in memory.
    init(_ bytes: [UInt8], digest: Digest) {
        self.init(digest: digest, size: UInt64(bytes.count)) { use in
            try await BlockingThreads.run { try use { write in try unsafe write(bytes.span.bytes) } }
        }
    }
}
