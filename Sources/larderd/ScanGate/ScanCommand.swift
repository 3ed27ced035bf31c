import FoundationEssentials
import Logging
import Subprocess
import SystemPackage

/// A program that judges images. It is run without a shell, in a session of its own, with a small environment, nothing on its
/// standard input and no more than its time; what it leaves running in its process group goes with it.
struct ScanCommand: Sendable {
    /// How much is kept of what it says on standard error. Bytes.
    private static let errorBytesMaximum = 4 << 10

    let words: [String]
    let runAs: (user: UInt32, group: UInt32)?
    /// Seconds.
    let timeout: Int64

    /// Judges the image in `layout`.
    /// - Throws: ``ScanFailure``.
    func judge(_ layout: FilePath, _ key: QuarantineEntry.Key) async throws -> ScanVerdict {
        guard let program = words.first else { throw ScanFailure("no command is set") }
        let arguments = words.dropFirst().map { $0.replacing("{layout}", with: layout.string) }
        var options = PlatformOptions()
        options.createSession = true
        if let runAs { (options.userID, options.groupID, options.supplementaryGroups) = (runAs.user, runAs.group, []) }
        let environment = Environment.custom([
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "HOME": layout.string, "TMPDIR": layout.string, "LARDER_REPOSITORY": key.repository,
            "LARDER_DIGEST": key.digest,
        ])
        let ended: (output: [UInt8], errors: [UInt8], isLate: Bool, status: TerminationStatus)
        do {
            ended = try await run(.path(FilePath(program)), Array(arguments), environment, options, layout)
        } catch let error as ScanFailure {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ScanFailure("\(program) cannot be run: \(error)")
        }
        if ended.isLate { throw ScanFailure("it took more than \(timeout) s") }
        guard ended.output.count <= ScanVerdict.byteCountMaximum else {
            throw ScanFailure("its answer has more than \(ScanVerdict.byteCountMaximum) bytes")
        }
        guard ended.status.isSuccess else {
            let said = String(decoding: ended.errors, as: UTF8.self)
            throw ScanFailure("it ended with \(ended.status)\(said.isEmpty ? "" : ": \(said)")")
        }
        return try ScanVerdict(parsing: ended.output)
    }

    private func run(
        _ program: Executable, _ arguments: [String], _ environment: Environment, _ options: PlatformOptions,
        _ directory: FilePath
    ) async throws -> (output: [UInt8], errors: [UInt8], isLate: Bool, status: TerminationStatus) {
        let timeout = timeout
        // The streams of what is killed end, too, perhaps before the killer is done.
        let isLate = AtomicFlag()
        let result = try await Subprocess.run(
            program, arguments: Arguments(arguments), environment: environment, workingDirectory: directory,
            platformOptions: options, input: .none, output: .sequence, error: .sequence
        ) { process in
            // Whatever happens, nothing of its process group stays: its streams end with it.
            defer { try? process.send(signal: .kill, toProcessGroup: true) }
            return try await withThrowingTaskGroup(of: (output: [UInt8], errors: [UInt8])?.self) { group in
                group.addTask {
                    async let errors = Self.read(process.standardError, keeping: Self.errorBytesMaximum)
                    let output = try await Self.read(
                        process.standardOutput, keeping: ScanVerdict.byteCountMaximum + 1
                    ) {
                        try? process.send(signal: .kill, toProcessGroup: true)
                    }
                    return (output, try await errors)
                }
                group.addTask {
                    try await Task.sleep(for: .seconds(timeout))
                    isLate.set()
                    try? process.send(signal: .kill, toProcessGroup: true)
                    return nil
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                return first
            }
        }
        let streams = result.closureResult
        return (streams?.output ?? [], streams?.errors ?? [], isLate.isSet, result.terminationStatus)
    }

    /// The first `count` bytes of a stream. It is read to its end, unless `onSurplus` puts one to it.
    private static func read(
        _ stream: SubprocessOutputSequence, keeping count: Int, onSurplus: () -> Void = {}
    ) async throws -> [UInt8] {
        var kept: [UInt8] = []
        for try await buffer in stream {
            guard kept.count < count else { continue }
            unsafe buffer.withUnsafeBytes { unsafe kept.append(contentsOf: $0.prefix(count - kept.count)) }
            if kept.count == count { onSurplus() }
        }
        return kept
    }
}
