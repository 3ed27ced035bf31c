import CacheAPI
import HTTPTypes
import OCI

/// What a request is about, as far as its method and path tell. Pure. Only names that are valid are taken over, so that
/// nothing else of a request, as a secret at a wrong place, gets into the log.
struct AuditSubject: Hashable, Sendable {
    var action = AuditAction.read
    var project: String?
    var repository: String?
    /// A tag, a digest or a step key.
    var reference: String?

    init() {}

    /// - Parameters:
    ///   - path: without the query.
    ///   - finishesUpload: whether the query of a POST names a digest, so that it is a whole upload.
    init(_ method: HTTPRequest.Method, path: String, finishesUpload: Bool = false) {
        if path.hasSuffix("/token") {
            action = .logIn
        } else if path.hasPrefix("/v2") {
            readRegistry(method, path, finishesUpload)
        } else {
            readCache(method, path)
        }
    }

    private mutating func readRegistry(_ method: HTTPRequest.Method, _ path: String, _ finishesUpload: Bool) {
        guard let path = try? RegistryPath(path) else { return }
        repository = path.repository?.description
        project = path.repository.flatMap { ProjectName(owning: $0.description) }?.description
        switch (path, method) {
        case (.manifest(_, let reference), _):
            self.reference = reference.text
            if method == .put { action = .pushManifest }
            guard method == .delete else { return }
            action = if case .tag = reference { .deleteTag } else { .deleteManifest }
        case (.blob(_, let digest), _):
            reference = digest.description
            if method == .delete { action = .deleteBlob }
        case (.upload, .put): action = .pushBlob
        case (.upload, .patch): action = .sendChunks
        case (.uploads, .post): action = finishesUpload ? .pushBlob : .sendChunks
        default: break
        }
    }

    private mutating func readCache(_ method: HTTPRequest.Method, _ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count > 4, parts[0...2] == ["api", "v1", "projects"] else { return }
        project = ProjectName(parts[3])?.description
        switch (method, parts[4...].joined(separator: "/")) {
        case (.post, "steps"): action = .recordStep
        case (.post, "cache-mounts"): action = .storeCacheMount
        case (.post, "images"): action = .assembleImage
        case (.post, "frames"): action = .sendChunks
        case (.post, "quarantine/release"): action = .releaseImage
        case (.post, "quarantine/refuse"): action = .refuseImage
        case (.put, _) where parts[4] == "layers" && parts.count == 6:
            action = .commitLayer
            reference = parts[5].hasPrefix("sha256:") ? OCIDigest(parts[5])?.description : nil
        default: break
        }
    }
}

extension ManifestReference {
    /// As in a path.
    fileprivate var text: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        }
    }
}
