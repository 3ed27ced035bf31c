internal import FoundationEssentials

/// Changes the logins in a `config.json` of docker; everything else in it stays.
public struct CredentialFileEdit: Sendable {
    private var members: [String: JSONValue]
    private let file: CredentialFile

    /// Begins with the bytes of a file, or without one.
    /// - Throws: `invalidDocument`, whose message never has a part of the file's values.
    public init(_ bytes: [UInt8]?) throws(OCIError) {
        let bytes = bytes ?? Array("{}".utf8)
        file = try CredentialFile(bytes)
        guard let members = try JSONDocument.decode(JSONValue.self, from: bytes, subject: "the file").members else {
            throw OCIError(.invalidDocument, "the file is no JSON object")
        }
        self.members = members
    }

    /// Which program keeps the login for `host`, as in `docker-credential-NAME`; `nil` when the file does.
    public func helper(for host: RegistryHost) -> String? { file.helper(for: host) }

    /// Puts a login for `host` into the file, in place of those that it has.
    /// - Parameter login: a user and a password; `nil` when a program keeps them, and the file only says that there is one.
    public mutating func put(_ login: RegistryLogin?, for host: RegistryHost) {
        remove(host)
        var auths = auths
        let entry = login?.basicHeader.map { ["auth": JSONValue.text(String($0.dropFirst("Basic ".count)))] } ?? [:]
        auths[CredentialFile.serverName(of: host)] = .object(entry)
        members["auths"] = .object(auths)
    }

    /// Takes the logins for `host` as a whole out of the file, however it is spelt; not those for parts of it.
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func remove(_ host: RegistryHost) -> Bool {
        let kept = auths.filter { !CredentialFile.names(host, $0.key) }
        guard kept.count < auths.count else { return false }
        members["auths"] = .object(kept)
        return true
    }

    private var auths: [String: JSONValue] { members["auths"]?.members ?? [:] }

    /// What the file is to have.
    /// - Throws: `invalidDocument`.
    public func bytes() throws(OCIError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(JSONValue.object(members))) + [UInt8(ascii: "\n")]
        } catch {
            throw OCIError(.invalidDocument, "the logins cannot be written as JSON")
        }
    }
}
