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
        let file = root.appending("signing-key.pem").string
        if FileManager.default.fileExists(atPath: file) {
            guard let key = KeyFile.signingKey(in: try String(contentsOf: URL(filePath: file), encoding: .utf8)) else {
                throw ServerError(
                    .unusableKey, "\(file) is no Ed25519 key; move it away, and a new one is made with the next start.")
            }
            self.init(key)
        } else {
            self.init(SigningKey())
            try Self.write(KeyFile.text(of: key), to: file)
        }
        guard let verifying = key.verifyingKey else { return }
        try Self.write(KeyFile.text(of: verifying), to: root.appending("signing-key.pub").string)
    }

    private static func write(_ text: String, to path: String) throws {
        let temporary = FilePath(path + ".new")
        let file = try FileDescriptor.open(
            temporary, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
        try FileManager.default.moveItemReplacing(temporary.string, path)
    }

    /// Puts the server's signature on a record, in place of what was there.
    func seal(_ record: inout StepRecord, in project: ProjectName) {
        record.seal = RecordSignature(RecordStatement(record, in: project, author: record.author), with: key)
    }
}

extension FileManager {
    /// Renames a file over another one.
    fileprivate func moveItemReplacing(_ source: String, _ destination: String) throws {
        if fileExists(atPath: destination) { try removeItem(atPath: destination) }
        try moveItem(atPath: source, toPath: destination)
    }
}
