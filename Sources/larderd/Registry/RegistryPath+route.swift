import HTTPTypes

extension RegistryPath {
    /// The route of a request with `method`; `nil` when there is none.
    func route(_ method: HTTPRequest.Method) -> RegistryRoute? {
        switch (self, method == .head ? .get : method) {
        case (.base, .get): .base
        case (.catalog, .get): .catalog
        case (.token, .get): .token
        case (.token, .post): .tokenForForm
        case (.tags, .get): .tags
        case (.manifest, .get): .manifest
        case (.manifest, .put): .putManifest
        case (.manifest, .delete): .deleteManifest
        case (.blob, .get): .blob
        case (.blob, .delete): .deleteBlob
        case (.referrers, .get): .referrers
        case (.uploads, .post): .beginUpload
        case (.upload, .get): .uploadStatus
        case (.upload, .patch): .continueUpload
        case (.upload, .put): .finishUpload
        case (.upload, .delete): .cancelUpload
        default: nil
        }
    }
}
