public import Chunking

/// The name of an image as people write it: `[host[:port]/]repository[:tag][@digest]`.
///
/// A name without a host keeps it absent: what it stands for is for the reader to decide.
public struct ImageReference: Hashable, Sendable {
    /// The registry; `nil` when the name has none.
    public var host: RegistryHost?
    /// The repository.
    public var repository: RepositoryName
    /// The tag; `nil` when the name has none.
    public var tag: TagName?
    /// The digest of the manifest; `nil` when the name has none. It decides when there is a tag, too.
    public var digest: Digest?

    /// Makes a name of its parts.
    public init(
        host: RegistryHost? = nil, repository: RepositoryName, tag: TagName? = nil, digest: Digest? = nil
    ) {
        self.host = host
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Reads a name.
    /// - Throws: `invalidReference`, whose message says which part is wrong.
    public init(_ text: String) throws(OCIError) {
        guard !text.isEmpty else { throw OCIError(.invalidReference, "the image name is empty") }
        guard !text.contains("://") else {
            throw Self.notAName(text, "it is written without 'https://', as in registry.example.com/shop/api:1")
        }
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") {
            digest = try Self.digest(rest[rest.index(after: at)...], of: text)
            rest = rest[..<at]
        }
        let lastSlash = rest.lastIndex(of: "/")
        if let colon = rest.lastIndex(of: ":"), lastSlash.map({ $0 < colon }) ?? true {
            do {
                tag = try TagName(String(rest[rest.index(after: colon)...]))
            } catch {
                throw Self.notAName(text, error.description)
            }
            rest = rest[..<colon]
        }
        do throws(OCIError) {
            if let slash = rest.firstIndex(of: "/"), RegistryHost.isHost(firstComponent: rest[..<slash]) {
                let host = try RegistryHost(String(rest[..<slash]))
                guard RegistryHost.isHost(firstComponent: host.description) else {
                    throw OCIError(
                        .invalidReference, "write the port of the host, as in \(host):443, or the name in lower case")
                }
                self.host = host
                rest = rest[rest.index(after: slash)...]
            }
            repository = try RepositoryName(String(rest))
        } catch {
            throw Self.notAName(text, error.description)
        }
    }

    private static func digest(_ text: Substring, of name: String) throws(OCIError) -> Digest {
        if let digest = Digest(text) { return digest }
        guard !text.hasPrefix("sha512:") else {
            throw notAName(name, "only sha256 digests are supported")
        }
        throw notAName(name, "what follows '@' must be sha256: and 64 lower-case hexadecimal digits")
    }

    private static func notAName(_ text: String, _ reason: String) -> OCIError {
        OCIError(.invalidReference, "'\(text)' is not an image name: \(reason)")
    }
}

extension ImageReference: CustomStringConvertible {
    /// The name with the parts it has.
    public var description: String {
        var text = host.map { "\($0)/" } ?? ""
        text += repository.description
        if let tag { text += ":\(tag)" }
        if let digest { text += "@\(digest)" }
        return text
    }
}

extension ImageReference {
    /// The name in the one form that all its spellings share: `library/` before docker.io's own images, the tag
    /// `latest` when there is neither tag nor digest, no tag beside a digest.
    public var canonical: ImageReference {
        var name = self
        if host == .dockerHub, repository.components.count == 1,
            let official = try? RepositoryName("library/\(repository)")
        {
            name.repository = official
        }
        name.tag = digest == nil ? tag ?? .latest : nil
        return name
    }
}
