import SystemPackage

/// A file that grows by a line for each build, so that a run that is cut off leaves what it measured.
final class ResultFile {
    private let file: FileDescriptor

    init(_ path: String) throws {
        file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [
                .ownerReadWrite, .groupRead, .otherRead,
            ])
    }

    deinit {
        try? file.close()
    }

    /// Writes a line, also on standard output.
    func add(_ line: String) throws {
        try file.writeAll("\(line)\n".utf8)
        say(line)
    }

    /// Writes on standard output alone, at once.
    func say(_ text: String) {
        _ = try? FileDescriptor.standardOutput.writeAll("\(text)\n".utf8)
    }
}
