internal import Spelling

/// A Git repository that ADD copies, in the forms of BuildKit: `https://host/path.git#ref:directory`, `git@host:path`,
/// `ssh://…`, `git://…`; and with a query instead of the fragment (`?ref=…&subdir=…&keep-git-dir=true&submodules=false`).
public struct GitReference: Hashable, Sendable, CustomStringConvertible {
    /// What git is told to fetch from; over HTTP without a login.
    public let remote: String
    /// The login in front of the host of an HTTP URL, `user:password`, percent-encoded; `nil` when there is none.
    public let login: String?
    /// A branch, tag or commit; empty for the default branch.
    public private(set) var reference = ""
    /// The directory in it that is copied; empty for all.
    public private(set) var directory = ""
    /// Whether `.git` is copied, too.
    public var keepsGitDirectory: Bool?
    /// The commit that it must be; at least the beginning of its hash.
    public var checksum: String?
    /// Whether submodules are fetched, too.
    public private(set) var hasSubmodules = true

    /// `nil` if `text` is not the name of a repository.
    /// - Throws: `syntax` for a query that is not understood.
    init?(_ text: String, at location: LineLocation) throws(DockerfileError) {
        let scalars = text.scalarRun
        let beforeFragment = scalars.prefix { $0 != "#" }
        let fragment = scalars.dropFirst(beforeFragment.count + 1)
        let address = beforeFragment.prefix { $0 != "?" }
        let query = beforeFragment.dropFirst(address.count + 1)
        guard Self.isRepository(String(scalars: address)) else { return nil }
        let written = String(scalars: address)
        (remote, login) = written.utf8.starts(with: "http".utf8) ? URLLogin.split(written) : (written, nil)
        reference = String(scalars: fragment.prefix { $0 != ":" })
        let below = String(scalars: fragment.dropFirst(reference.unicodeScalars.count + 1))
        directory = CleanPath.components(of: below, climbing: false).joined(separator: "/")
        for part in query.split(separator: "&") { try read(part, at: location) }
    }

    /// Reads the address of a build context; `nil` if `text` is not the name of a repository.
    /// - Throws: `syntax` for a query that is not understood.
    public init?(context text: String) throws(DockerfileError) {
        let location = LineLocation(file: "", line: 0, text: text)
        // As docker has always taken it, though only of contexts.
        let isShort = text.utf8.starts(with: "github.com/".utf8)
        try self.init(isShort ? "https://\(Self.named(text))" : text, at: location)
    }

    /// With `.git` behind the path, where it may be left out.
    private static func named(_ text: String) -> String {
        let path = text.scalarRun.prefix { $0 != "#" && $0 != "?" }
        if String(scalars: path).utf8.suffix(4).elementsEqual(".git".utf8) { return text }
        return String(scalars: path) + ".git" + String(scalars: text.scalarRun.dropFirst(path.count))
    }

    /// The address, for people.
    public var description: String { URLLogin.hidden(in: remote) }

    private static func isRepository(_ address: String) -> Bool {
        func begins(_ text: String) -> Bool { address.utf8.starts(with: text.utf8) }
        if begins("http://") || begins("https://") { return address.utf8.suffix(4).elementsEqual(".git".utf8) }
        if begins("git://") || begins("ssh://") { return true }
        // user@host:path
        let user = address.scalarRun.prefix { isName($0) }
        let rest = address.scalarRun.dropFirst(user.count)
        guard !user.isEmpty, rest.first == "@" else { return false }
        let host = rest.dropFirst().prefix { isName($0) }
        let path = rest.dropFirst(1 + host.count)
        return !host.isEmpty && path.first == ":" && path.count > 1
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            || "._-".unicodeScalars.contains(scalar)
    }

    private mutating func read(_ part: Scalars, at location: LineLocation) throws(DockerfileError) {
        let name = String(scalars: part.prefix { $0 != "=" })
        let value = PercentEncoding.decodedText(String(scalars: part.dropFirst(name.unicodeScalars.count + 1)))
        switch name {
        case "ref": try setReference(value, at: location)
        case "tag": try setReference(Self.full(value, "refs/tags/"), at: location)
        case "branch": try setReference(Self.full(value, "refs/heads/"), at: location)
        case "subdir": directory = CleanPath.components(of: value, climbing: false).joined(separator: "/")
        case "checksum", "commit": checksum = value
        case "keep-git-dir": keepsGitDirectory = try Self.boolean(value, name, at: location)
        case "submodules": hasSubmodules = try Self.boolean(value, name, at: location)
        default:
            throw location.syntax(
                "`\(name)` is not understood behind the `?` of a repository; write ref, tag, branch, subdir or checksum."
            )
        }
    }

    private mutating func setReference(_ value: String, at location: LineLocation) throws(DockerfileError) {
        guard reference.isEmpty || reference == value else {
            throw location.syntax("The repository is to have both `\(reference)` and `\(value)`; name one of them.")
        }
        reference = value
    }

    private static func full(_ name: String, _ prefix: String) -> String {
        name.utf8.starts(with: prefix.utf8) ? name : prefix + name
    }

    private static func boolean(_ text: String, _ name: String, at location: LineLocation) throws(DockerfileError)
        -> Bool
    {
        switch text {
        case "", "1", "t", "T", "true", "True", "TRUE": return true
        case "0", "f", "F", "false", "False", "FALSE": return false
        default: throw location.syntax("`\(name)=\(text)` behind the `?` of a repository is neither true nor false.")
        }
    }
}
