import ArgumentParser
import ChunkStore
import FoundationEssentials
import NIOHTTP1
import SystemPackage

/// `larderd backup`: a consistent copy of a root, whether a server has it open or not.
struct BackupCommand: AsyncParsableCommand {
    /// How long a server may take. Seconds.
    private static let timeout: Int64 = 7 * 86_400

    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a root while it is served.",
        discussion: """
            Everything that was acknowledged before the start is in the copy, and so are the tokens, the key that records \
            are signed with, the images that the scan gate holds, and what builds have reported. What webhooks are still to \
            be told, and the audit log, are not. To restore it, serve it: it is a root like any other. A copy that was \
            interrupted cannot be opened. A root that a server has open is copied by that
            server, so DEST is a path of its file system.

            EXAMPLES:
              larderd backup --root /var/lib/larder /backup/larder-monday
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Argument(help: ArgumentHelp("A directory that does not exist, or an empty one.", valueName: "DEST"))
    var destination: String
    @Flag(help: "Print one JSON object; sizes in bytes.") var json = false

    func run() async throws {
        let flags = root.map { [Setting.root: $0] } ?? [:]
        let reader = try await SettingsReader(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: nil)
        let target = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(destination))
        let access = try RootAccess(existing: try reader.root())
        let directory = access.root
        let report = try await access.perform(
            .POST, "/backup", content: target.string, timeout: Self.timeout
        ) { store in
            try RootCopy.make(of: directory, store, TokenBook(of: directory), to: target) {
                try BuildHistory.copy(of: directory, to: $0)
            }
        }
        if json {
            print(String(decoding: try JSONEncoder.report.encode(report), as: UTF8.self))
        } else {
            print(
                "Copied \(report.files) chunk files (\(ByteCount.describe(report.bytes))) and an index of "
                    + "\(ByteCount.describe(report.indexBytes)) to \(target).")
        }
    }
}
