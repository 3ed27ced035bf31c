import OCI

/// What a path below `/v2` names (OCI distribution-spec 1.1, "Endpoints").
enum RegistryPath: Hashable, Sendable {
    /// `/v2/`
    case base
    /// `/v2/_catalog`
    case catalog
    /// `/v2/token`
    case token
    /// `/v2/<name>/tags/list`
    case tags(RepositoryName)
    /// `/v2/<name>/manifests/<reference>`
    case manifest(RepositoryName, ManifestReference)
    /// `/v2/<name>/blobs/<digest>`
    case blob(RepositoryName, OCIDigest)
    /// `/v2/<name>/referrers/<digest>`
    case referrers(RepositoryName, OCIDigest)
    /// `/v2/<name>/blobs/uploads/`
    case uploads(RepositoryName)
    /// `/v2/<name>/blobs/uploads/<session>`
    case upload(RepositoryName, id: String)

    /// The repository that it is about; `nil` when it is about none.
    var repository: RepositoryName? {
        switch self {
        case .base, .catalog, .token: nil
        case .tags(let name), .manifest(let name, _), .blob(let name, _), .referrers(let name, _), .uploads(let name),
            .upload(let name, _):
            name
        }
    }

    /// Reads a path as it is in a request line, without the query. Names may have any number of slashes, so it is
    /// read from its end.
    /// - Throws: ``RegistryFailure``: `nameInvalid`, `tagInvalid`, `digestInvalid`, or `unsupported` with status 404
    ///   for what is none of the above.
    init(_ path: String) throws(RegistryFailure) {
        guard let decoded = Self.decode(path) else { throw Self.unknown(path) }
        var parts = decoded.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.first == "" { parts.removeFirst() }
        guard parts.first == "v2" else { throw Self.unknown(path) }
        parts.removeFirst()
        if parts.last == "" { parts.removeLast() }
        switch parts.suffix(3).map({ $0 }) {
        case []: self = .base
        case ["_catalog"]: self = .catalog
        case ["token"]: self = .token
        case let tail where tail.count == 3 && tail[0] == "blobs" && tail[1] == "uploads" && parts.count > 3:
            self = .upload(try Self.name(parts.dropLast(3)), id: tail[2])
        case let tail where tail.count == 3:
            self = try Self.item(named: parts.dropLast(2), kind: tail[1], reference: tail[2], path: path)
        default: throw Self.unknown(path)
        }
    }

    private static func item(
        named name: ArraySlice<String>, kind: String, reference: String, path: String
    ) throws(RegistryFailure) -> RegistryPath {
        switch (kind, reference) {
        case ("tags", "list"): .tags(try self.name(name))
        case ("blobs", "uploads"): .uploads(try self.name(name))
        case ("blobs", _): .blob(try self.name(name), try digest(reference))
        case ("referrers", _): .referrers(try self.name(name), try digest(reference))
        case ("manifests", _): .manifest(try self.name(name), try self.reference(reference))
        default: throw unknown(path)
        }
    }

    private static func name(_ parts: ArraySlice<String>) throws(RegistryFailure) -> RepositoryName {
        do {
            return try RepositoryName(parts.joined(separator: "/"))
        } catch {
            throw RegistryFailure(.nameInvalid, error.description)
        }
    }

    private static func reference(_ text: String) throws(RegistryFailure) -> ManifestReference {
        if text.contains(":") { return .digest(try digest(text)) }
        return .tag(try tag(text))
    }

    /// Reads a tag of a path or a query.
    /// - Throws: `tagInvalid`.
    static func tag(_ text: String) throws(RegistryFailure) -> TagName {
        do {
            return try TagName(text)
        } catch {
            throw RegistryFailure(.tagInvalid, error.description)
        }
    }

    /// Reads a digest of a path or a query.
    /// - Throws: `digestInvalid`.
    static func digest(_ text: some StringProtocol) throws(RegistryFailure) -> OCIDigest {
        if let digest = OCIDigest(text) { return digest }
        throw RegistryFailure(
            .digestInvalid,
            "'\(text.prefix(200))' is not a digest: use sha256: or sha512: and 64 or 128 lower-case hexadecimal digits")
    }

    private static func unknown(_ path: String) -> RegistryFailure {
        RegistryFailure(.unsupported, status: 404, "there is nothing at \(path)")
    }

    /// The path with percent escapes replaced; `nil` when one is broken or the result is not UTF-8.
    private static func decode(_ path: String) -> String? {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
