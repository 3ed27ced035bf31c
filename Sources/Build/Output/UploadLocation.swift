internal import Chunking
internal import Networking

/// Where a registry wants the bytes of an upload: what is made of the `Location` that it answers with.
struct UploadLocation: Hashable, Sendable {
    /// An absolute URL.
    let url: String

    /// - Parameters:
    ///   - base: the URL that was asked, which a relative location continues.
    ///   - location: the header's value.
    /// - Returns: `nil` when it is empty, or would take what goes over TLS out of it.
    init?(_ location: String, from base: String) {
        let origin = WebOrigin.text(of: base)
        let scheme = base.prefix { $0 != ":" }
        guard !location.isEmpty else { return nil }
        if location.lowercased().hasPrefix("https://") {
            url = location
        } else if location.lowercased().hasPrefix("http://") {
            guard scheme == "http" else { return nil }
            url = location
        } else if location.hasPrefix("//") {
            url = "\(scheme):\(location)"
        } else if location.hasPrefix("/") {
            url = origin + location
        } else {
            let path = base.prefix { $0 != "?" }
            let end = path.lastIndex(of: "/") ?? path.endIndex
            url = path[..<end] + "/" + location
        }
    }

    /// Where the whole blob goes.
    func url(for digest: Digest) -> String {
        url + (url.contains("?") ? "&" : "?") + "digest=\(digest)"
    }
}
