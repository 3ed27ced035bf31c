/// The codes of a registry's failures: those of the OCI distribution-spec 1.1, and the ones that its reference
/// implementation added.
public enum RegistryErrorCode: String, Sendable, CaseIterable {
    /// A blob is not there.
    case blobUnknown = "BLOB_UNKNOWN"
    /// An upload went wrong and cannot go on.
    case blobUploadInvalid = "BLOB_UPLOAD_INVALID"
    /// An upload is not there, or no longer.
    case blobUploadUnknown = "BLOB_UPLOAD_UNKNOWN"
    /// A digest cannot be read, or is not that of the content.
    case digestInvalid = "DIGEST_INVALID"
    /// A manifest refers to a blob that is not there.
    case manifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN"
    /// A manifest cannot be read.
    case manifestInvalid = "MANIFEST_INVALID"
    /// A manifest is not there.
    case manifestUnknown = "MANIFEST_UNKNOWN"
    /// A repository name is not valid.
    case nameInvalid = "NAME_INVALID"
    /// A repository is not there.
    case nameUnknown = "NAME_UNKNOWN"
    /// A page size is not a number.
    case pageInvalid = "PAGINATION_NUMBER_INVALID"
    /// A range does not begin where the upload stands.
    case rangeInvalid = "RANGE_INVALID"
    /// A length is not that of the content, or exceeds a limit.
    case sizeInvalid = "SIZE_INVALID"
    /// A tag is not valid.
    case tagInvalid = "TAG_INVALID"
    /// Access is refused until the client says who it is.
    case unauthorized = "UNAUTHORIZED"
    /// Access is refused.
    case denied = "DENIED"
    /// The operation is not offered.
    case unsupported = "UNSUPPORTED"
    /// The server has too much to do.
    case tooManyRequests = "TOOMANYREQUESTS"
    /// The server cannot do it now.
    case unavailable = "UNAVAILABLE"
    /// Anything else.
    case unknown = "UNKNOWN"
}
