import Access
import CCrypt
import Glibc

/// Who may log in with a password, as `htpasswd -B` writes it: a line `user:$2y$…` for each, of bcrypt alone.
struct PasswordFile: Sendable {
    /// The most work that a password is checked with, as a power of two. More would take seconds each time.
    static let costMaximum = 15

    private let hashes: [String: String]
    /// What the password of somebody unknown is checked with, so that it takes as long as another's.
    private let decoy: String

    /// Nobody may log in.
    static let nobody = PasswordFile(hashes: [:])

    private init(hashes: [String: String]) {
        self.hashes = hashes
        // The hash of most work: it begins with the version and the cost, which has two digits.
        decoy =
            hashes.values.max { $0.dropFirst(4).prefix(2) < $1.dropFirst(4).prefix(2) }
            ?? "$2y$10$abcdefghijklmnopqrstuu4T826PRnz0Hu6YlprUuxkZxOOj5Fw5S"
    }

    /// The names that may log in.
    var users: [String] { hashes.keys.sorted() }

    /// Whether `user` is there.
    func knows(_ user: String) -> Bool { hashes[user] != nil }

    /// Reads lines; empty ones and those that begin with `#` are passed over.
    /// - Throws: `invalidDocument` with the line.
    init(_ text: String) throws(AccessError) {
        var hashes: [String: String] = [:]
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, content) in lines.enumerated() {
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard let colon = content.firstIndex(of: ":"), colon != content.startIndex else {
                throw AccessError(.invalidDocument, line: index + 1, "a line must be a user, ':' and a hash")
            }
            let user = String(content[..<colon])
            let hash = String(content[content.index(after: colon)...])
            guard Self.isTaken(hash) else {
                throw AccessError(
                    .invalidDocument, line: index + 1,
                    """
                    the password of '\(user)' must be hashed with bcrypt at a cost of 4 to \(Self.costMaximum): make the line with \
                    htpasswd -nB \(user)
                    """)
            }
            guard hashes.updateValue(hash, forKey: user) == nil else {
                throw AccessError(.invalidDocument, line: index + 1, "'\(user)' is there twice")
            }
        }
        self.init(hashes: hashes)
    }

    /// Whether `password` is that of `user`. Takes tens of milliseconds, whether there is such a user or not; blocks.
    func accepts(_ password: String, of user: String) -> Bool {
        guard let hash = hashes[user] else {
            _ = Self.crypt(password, decoy)
            return false
        }
        guard let computed = Self.crypt(password, hash) else { return false }
        return Self.equal(Array(computed.utf8), Array(hash.utf8))
    }

    private static func isTaken(_ hash: String) -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2y", "2b", "2a"].contains(parts[1]), parts[2].utf8.count == 2,
            let cost = Int(parts[2]), (4...costMaximum).contains(cost)
        else { return false }
        return parts[3].utf8.count == 53
    }

    /// The hash of a password with the salt and the cost of another hash; `nil` when the library does not know its kind.
    private static func crypt(_ password: String, _ setting: String) -> String? {
        // What is behind a zero byte would not count, and bcrypt looks at no more than 72 bytes.
        guard !password.utf8.contains(0), password.utf8.count <= 72 else { return nil }
        var scratch: UnsafeMutableRawPointer?
        var size: Int32 = 0
        defer { unsafe free(scratch) }
        guard let result = unsafe crypt_ra(password, setting, &scratch, &size) else { return nil }
        let text = unsafe String(cString: result)
        return text.hasPrefix("*") ? nil : text
    }

    /// Whether both are the same, in a time that depends on their lengths alone.
    private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
    }
}
