import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    /// `registry/2.0` on every answer.
    static let dockerDistributionAPIVersion = literal("Docker-Distribution-Api-Version")
    /// The digest of what the answer is about.
    static let dockerContentDigest = literal("Docker-Content-Digest")
    /// The id of an upload.
    static let dockerUploadUUID = literal("Docker-Upload-UUID")
    /// The next page of a list.
    static let link = literal("Link")

    // The names above are valid ones, so the second branch is never taken.
    private static func literal(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentDisposition }
}
