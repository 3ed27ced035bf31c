import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    /// `registry/2.0` on every answer.
    static let dockerDistributionAPIVersion = literal("Docker-Distribution-Api-Version")
    /// The digest of what the answer is about.
    static let dockerContentDigest = literal("Docker-Content-Digest")
    /// The id of an upload.
    static let dockerUploadUUID = literal("Docker-Upload-UUID")
    /// The digest of the manifest that a pushed one is about.
    static let ociSubject = literal("OCI-Subject")
    /// The tags that a manifest was given by query parameters.
    static let ociTag = literal("OCI-Tag")
    /// What a list was filtered by.
    static let ociFiltersApplied = literal("OCI-Filters-Applied")
    /// How long the parts of an upload should be, but for the last. Bytes.
    static let ociChunkMinLength = literal("OCI-Chunk-Min-Length")
    /// What people should know although a request succeeded.
    static let warning = literal("Warning")
    /// The next page of a list.
    static let link = literal("Link")

    // The names above are valid ones, so the second branch is never taken.
    private static func literal(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentDisposition }
}
