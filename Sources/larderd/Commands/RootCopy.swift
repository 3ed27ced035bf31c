import ChunkStore
import FoundationEssentials
import SystemPackage

/// A copy of a root, with what stands beside the store and cannot be had again: tokens, the key that records are signed with, the
/// images that are held, what builds have reported. Not the audit log, and not what webhooks are still to be told.
enum RootCopy {
    /// Those that are replaced as a whole, so that a copy has one of their states.
    private static let names = [RecordSealer.keyName, RecordSealer.publicKeyName, Quarantine.fileName]

    /// Makes one. Blocks.
    /// - Parameters:
    ///   - copyHistory: copies what builds have reported.
    ///   - isCancelled: asked now and then.
    /// - Throws: `StoreError`; what the file system says.
    static func make(
        of root: FilePath, _ store: Store, _ tokens: TokenBook, to target: FilePath,
        copyHistory: (FilePath) throws -> Void, isCancelled: @escaping () -> Bool = { false }
    ) throws -> BackupReport {
        let report = try store.backup(to: target, shouldStop: isCancelled)
        try tokens.copy(to: target)
        try copyHistory(target)
        // After the store: an image that is not held any more has its tags, and these are not to come back later.
        for name in names where FileManager.default.fileExists(atPath: root.appending(name).string) {
            try copy(root.appending(name), to: target.appending(name))
        }
        return report
    }

    /// Not as the file manager copies: it gives the copy the owner of the original, which a service that may do little may not.
    private static func copy(_ path: FilePath, to target: FilePath) throws {
        try RootDisk.system.replace(target, with: [UInt8](try Data(contentsOf: URL(filePath: path.string))))
    }
}
