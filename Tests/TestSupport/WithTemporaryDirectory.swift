internal import FoundationEssentials
public import SystemPackage

/// Lends a new empty directory and removes it afterwards. Its path is short enough for a socket inside. Tests that use this
/// take turns.
public func withTemporaryDirectory<Result>(
    _ body: (FilePath) async throws -> Result
) async throws -> Result {
    try await TestTurns.run {
        let path = FilePath("/tmp").appending("larder-\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path.string) }
        return try await body(path)
    }
}
