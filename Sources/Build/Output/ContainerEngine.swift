internal import Glibc
internal import Subprocess
internal import SystemPackage

/// The docker or podman of this machine.
struct ContainerEngine: Sendable {
    /// `docker` or `podman`.
    let name: String
    private let program: FilePath
    private let arguments: [String]

    /// - Parameter arguments: come before `load`.
    init(name: String, program: FilePath, arguments: [String] = []) {
        self.name = name
        self.program = program
        self.arguments = arguments
    }

    /// The first one in the directories of `searchPath`.
    /// - Throws: `notPermitted` when there is none.
    static func find(in searchPath: String = ProgramPath.standard) throws(BuildError) -> ContainerEngine {
        for name in ["docker", "podman"] {
            if let program = ProgramPath.find(name, in: searchPath) {
                return ContainerEngine(name: name, program: program)
            }
        }
        throw BuildError(
            .notPermitted,
            "--load needs docker or podman, and neither is on the PATH: install one, or leave --load out.")
    }

    /// Has the engine take the image; returns what it said.
    /// - Throws: `io` with what the engine said when it fails, or what reading the image throws.
    func load(_ export: ImageExport) async throws -> [String] {
        let (readEnd, writeEnd) = try Self.pipe()
        async let result = run(
            .path(program), arguments: Arguments(arguments + ["load"]),
            input: .fileDescriptor(FileDescriptor(rawValue: readEnd), closeAfterSpawningProcess: true),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        let written: Result<Void, any Error>
        do {
            written = .success(try await send(export, into: writeEnd))
        } catch {
            written = .failure(error)
        }
        let ended = try await result
        // When the engine ends early, writing fails too, but the engine knows why.
        if case .failure(let error) = written, !Self.isBrokenPipe(error) { throw error }
        guard ended.terminationStatus.isSuccess else {
            let words = ended.standardError.split(whereSeparator: \.isNewline).suffix(5).joined(separator: "\n")
            throw BuildError(.io, "\(name) load failed: \(words.isEmpty ? "\(ended.terminationStatus)" : words)")
        }
        try written.get()
        return ended.standardOutput.split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Writes the image into a pipe, which is closed when this returns.
    private func send(_ export: ImageExport, into pipe: Int32) async throws {
        try await export.write(.docker, into: ImageArchive(OwnedDescriptor(owning: pipe)))
    }

    private static func isBrokenPipe(_ error: any Error) -> Bool {
        (error as? BuildError)?.cause as? Errno == .brokenPipe
    }

    private static func pipe() throws(BuildError) -> (read: Int32, write: Int32) {
        do {
            let (readEnd, writeEnd) = try FileDescriptor.pipe()
            for end in [readEnd, writeEnd] { try Errno.check { fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) } }
            return (readEnd.rawValue, writeEnd.rawValue)
        } catch {
            throw BuildError(.io, "A pipe cannot be made: \(error).", cause: error)
        }
    }
}
