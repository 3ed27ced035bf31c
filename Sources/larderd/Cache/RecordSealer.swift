import CacheAPI
import Chunking
import FoundationEssentials
import SystemPackage

/// Signs the records that a server takes with the server's own key, so that a build can tell them from those of a disk or a
/// backup that somebody else had a hand in.
///
/// The key is made with the root, in `signing-key.pem`; its public half, for those who verify, is in `signing-key.pub`.
struct RecordSealer: Sendable {
    private let key: SigningKey

    init(_ key: SigningKey) {
        self.key = key
    }

    /// The key of a root that is this process's own; made when there is none. Blocks.
    /// - Throws: ``ServerError`` `unusableKey`; what writing throws.
    init(root: FilePath) throws {
        let file = root.appending(Self.keyName)
        if FileManager.default.fileExists(atPath: file.string) {
            let text = try String(contentsOf: URL(filePath: file.string), encoding: .utf8)
            guard let key = KeyFile.signingKey(in: text) else {
                throw ServerError(
                    .unusableKey, "\(file) is no Ed25519 key; move it away, and a new one is made with the next start.")
            }
            self.init(key)
        } else {
            self.init(SigningKey())
            try RootDisk.system.replace(file, with: Array(KeyFile.text(of: key).utf8))
        }
        guard let verifying = key.verifyingKey else { return }
        try RootDisk.system.replace(
            root.appending(Self.publicKeyName), with: Array(KeyFile.text(of: verifying).utf8))
    }

    /// What the key and its public half are called in a root.
    static let keyName = "signing-key.pem"
    static let publicKeyName = "signing-key.pub"

    /// Puts the server's signature on a record, in place of what was there.
    func seal(_ record: inout StepRecord, in project: ProjectName) {
        record.seal = RecordSignature(RecordStatement(record, in: project, author: record.author), with: key)
    }
}
