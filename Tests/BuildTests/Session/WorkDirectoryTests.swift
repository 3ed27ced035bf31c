import FoundationEssentials
import SystemPackage
import Testing

@testable import Build

@Suite("The directory of workspaces")
struct WorkDirectoryTests {
    @Test("What killed builds have left is removed, and what runs is not")
    func leftovers() async throws {
        try await ImageTools.withDirectory { directory in
            let left = directory + "/work/7-abc/upper/etc"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            let first = try StateDirectory(FilePath(directory))
            #expect(!FileManager.default.fileExists(atPath: left))
            let workspace = first.newWorkspace()
            try FileManager.default.createDirectory(atPath: workspace.string, withIntermediateDirectories: true)
            // Another build on the same runner.
            let second = try StateDirectory(FilePath(directory))
            #expect(FileManager.default.fileExists(atPath: workspace.string))
            #expect(second.newWorkspace() != workspace)
            withExtendedLifetime(first) {}
        }
    }
}
