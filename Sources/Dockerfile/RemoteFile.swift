internal import Spelling

/// A file that ADD fetches.
public struct RemoteFile: Hashable, Sendable, CustomStringConvertible {
    /// `http://…` or `https://…`, without a login.
    public let url: String
    /// The login in front of the host, `user:password`, percent-encoded; `nil` when there is none.
    public let login: String?
    /// Its name in a directory: the last component of the URL's path.
    public let name: String
    /// `--checksum`: SHA-256 as 64 hexadecimal digits; `nil` without one.
    public let checksum: String?

    /// - Throws: `syntax` for a checksum of another form.
    init(_ url: String, checksum: String?, at location: LineLocation) throws(DockerfileError) {
        (self.url, login) = URLLogin.split(url)
        let path = url.scalarRun.prefix { $0 != "?" && $0 != "#" }
        let behindHost = Self.behindHost(path)
        let last = CleanPath.base(PercentEncoding.decodedText(String(scalars: behindHost)))
        name = last == "/" || last == "." || last == ".." ? "__unnamed__" : last
        guard let checksum else {
            self.checksum = nil
            return
        }
        let digits = String(scalars: checksum.scalarRun.dropFirst(7))
        let hexadecimal = Array("0123456789abcdef".utf8)
        guard checksum.utf8.starts(with: "sha256:".utf8), digits.utf8.count == 64,
            digits.utf8.allSatisfy(hexadecimal.contains)
        else {
            throw location.syntax("`--checksum=\(checksum)` is not `sha256:` and 64 hexadecimal digits.")
        }
        self.checksum = digits
    }

    /// A file without a checksum; `nil` when `url` has another scheme.
    public init?(url: String) {
        guard url.utf8.starts(with: "http://".utf8) || url.utf8.starts(with: "https://".utf8) else { return nil }
        (self.url, login) = URLLogin.split(url)
        name = "context"
        checksum = nil
    }

    /// The URL, for people.
    public var description: String { URLLogin.hidden(in: url) }

    private static func behindHost(_ url: Scalars) -> Scalars {
        let behindScheme = url.drop { $0 != ":" }.dropFirst(3)
        return behindScheme.drop { $0 != "/" }
    }
}
