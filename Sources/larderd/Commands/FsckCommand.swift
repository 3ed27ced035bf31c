import ArgumentParser
import ChunkStore
import FoundationEssentials
import Glibc
import NIOPosix
import SystemPackage

/// `larderd fsck`: verifies a root that no server has open, and mends it.
struct FsckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Verify everything in a root, and mend what is wrong.",
        discussion: """
            Every record, frame and chunk is read and verified, every row of the index compared with what it points at,
            and all that the index counts is counted anew. No server may have the root open; none can while fsck runs.
            Without --repair or --rebuild, nothing is changed.

            The exit status is 0 when the root is in order in the end, 1 when something is wrong with it, 64 when fsck
            was called wrongly.

            EXAMPLES:
              larderd fsck --root /var/lib/larder
              larderd fsck --root /var/lib/larder --repair
              larderd fsck --root /var/lib/larder --rebuild --json
            """)

    /// How progress is shown.
    enum Progress: String, ExpressibleByArgument, CaseIterable {
        /// One line that changes, on a terminal; else nothing.
        case auto
        /// A line each time.
        case plain
        /// Nothing.
        case none
    }

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Flag(help: "Give up what is damaged, and what needs it, and set right what is counted wrongly.")
    var repair = false
    @Flag(help: "Make the index anew from the chunk files alone, also when it is lost or cannot be read.")
    var rebuild = false
    @Flag(help: "Print one JSON object.") var json = false
    @Option(help: "Show progress on standard error: auto (on a terminal), plain (lines), none.")
    var progress = Progress.auto

    func validate() throws {
        if repair, rebuild {
            throw ValidationError("Give --repair or --rebuild, not both: a rebuild repairs what it finds damaged.")
        }
    }

    func run() async throws {
        let flags = root.map { [Setting.root: $0] } ?? [:]
        let reader = try await SettingsReader(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: nil)
        let root = try RootAccess(existing: try reader.root()).root
        let (repair, rebuild, mode) = (repair, rebuild, progress)
        let outcome = try await NIOThreadPool.singleton.runIfActive {
            let line = ProgressLine(mode)
            defer { line.clear() }
            return try Self.work(on: root, repair: repair, rebuild: rebuild, line)
        }
        print(json ? try outcome.json() : outcome.text)
        if !outcome.isClean { throw ExitCode(1) }
    }

    private static func work(
        on root: FilePath, repair: Bool, rebuild: Bool, _ line: ProgressLine
    ) throws -> FsckOutcome {
        if rebuild {
            return .rebuilt(try Store.rebuild(root, describe: RecordDescription.describe, progress: line.show))
        }
        if repair {
            return .repaired(try Store.repair(root, describe: RecordDescription.describe, progress: line.show))
        }
        return .checked(try Store.check(root, progress: line.show))
    }
}

/// A line on standard error that says how far a check has come.
struct ProgressLine {
    private let isPlain: Bool
    private let isShown: Bool

    init(_ mode: FsckCommand.Progress) {
        isPlain = mode == .plain
        isShown = mode == .plain || mode == .auto && isatty(2) == 1
    }

    func show(_ progress: CheckProgress) {
        guard isShown else { return }
        let share = progress.total == 0 ? 100 : progress.bytes * 100 / progress.total
        let text = "\(progress.activity): \(share) % of \(ByteCount.describe(progress.total))"
        write(isPlain ? text + "\n" : "\r" + text + "\u{1b}[K")
    }

    /// Removes what is there.
    func clear() {
        if isShown, !isPlain { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }
}
