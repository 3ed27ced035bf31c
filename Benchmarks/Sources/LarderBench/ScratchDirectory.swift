import FoundationEssentials

/// A directory that is there for as long as something is done.
enum ScratchDirectory {
    /// Makes it, lends its path, and removes it with all that is in it.
    static func use<R>(_ body: (String) async throws -> R) async throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "larder-bench-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body(directory.path)
    }
}
