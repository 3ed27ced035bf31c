import FoundationEssentials
import SystemPackage

/// A directory of its own for one test, removed with all that is in it.
func withTestDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
    let name = "larder-e2e-\(UInt64.random(in: 0 ... .max))"
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(FilePath(path))
}
