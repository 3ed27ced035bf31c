import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// What builds that were killed have left beside the directories of mounts of type cache.
struct CacheLeaseTests {
    private static func make(_ files: [String], in directory: FilePath) throws {
        for file in files {
            let path = directory.appending(file)
            try FileManager.default.createDirectory(
                atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(file.utf8).write(to: URL(filePath: path.string))
        }
    }

    private static func names(in directory: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
    }

    @Test(arguments: [true, false])
    func leftoversGoWithTheNextUse(shared: Bool) async throws {
        try await withTemporaryDirectory { directory in
            try Self.make(["tree/kept", "new-1-a/deep/half", "old-1/former"], in: directory)
            let lease = try CacheLease(directory, isFirst: true)
            #expect(try lease.take(shared: shared))
            #expect(try Self.names(in: directory) == ["tree"])
            #expect(try Self.names(in: lease.tree) == ["kept"])
            // Whoever shares it is not kept out by the cleaning.
            #expect(try CacheLease(directory, isFirst: true).take(shared: true) == shared)
        }
    }

    @Test func whatAnotherBuildMakesStays() async throws {
        try await withTemporaryDirectory { directory in
            let other = try CacheLease(directory, isFirst: true)
            #expect(try other.take(shared: true))
            try Self.make(["new-2-b/half"], in: directory)
            let lease = try CacheLease(directory, isFirst: true)
            #expect(try lease.take(shared: true))
            #expect(try Self.names(in: directory) == ["new-2-b"])
            #expect(try !CacheLease(directory, isFirst: true).take(shared: false))
            #expect(try Self.names(in: directory) == ["new-2-b"])
            lease.release()
            other.release()
            #expect(try CacheLease(directory, isFirst: true).take(shared: true))
            #expect(try Self.names(in: directory) == [])
        }
    }

    /// A build that was killed between the two renames of a replacement.
    @Test func aDirectoryThatWasNotReplacedComesBack() async throws {
        try await withTemporaryDirectory { directory in
            try Self.make(["old-7/former", "new-7-c/half"], in: directory)
            let lease = try CacheLease(directory, isFirst: true)
            #expect(try lease.take(shared: false))
            #expect(try Self.names(in: directory) == ["tree"])
            #expect(try Self.names(in: lease.tree) == ["former"])
        }
    }
}
