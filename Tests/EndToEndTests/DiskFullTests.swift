import Build
import FoundationEssentials
import Subprocess
import SystemPackage
import Testing

#if canImport(Glibc)
import Glibc
import TestSupport
#endif

/// A server whose disk is full refuses what it cannot keep, and goes on; the build ends well.
@Suite(.serialized, .enabled(if: geteuid() == 0, "mounting a small disk needs root"))
struct DiskFullTests {
    @Test(.timeLimit(.minutes(5)))
    func buildGoesOnWithoutBeingStored() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("small")
            try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
            try await Self.call("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", root.string)
            do {
                try await Self.buildTooMuch(directory, root)
            } catch {
                try await Self.call("umount", "--lazy", root.string)
                throw error
            }
            try await Self.call("umount", "--lazy", root.string)
        }
    }

    private static func buildTooMuch(_ directory: FilePath, _ root: FilePath) async throws {
        try await ServerProcess.run(root: root.appending("larder")) { server in
            let lab = BuildLab(directory: directory, port: server.port)
            let context = try lab.context([
                "Dockerfile": "FROM scratch\nCOPY small /\nCOPY large /\n", "small": "small\n",
            ])
            var random = SeededGenerator(seed: 4)
            let large = (0..<6_000_000).map { _ in random.next() }
            let bytes = unsafe large.withUnsafeBytes { unsafe Data($0) }
            try bytes.write(to: URL(filePath: context.appending("large").string))
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            #expect(report.verdicts == [.run, .run])
            #expect(report.outcome.image == nil)
            #expect(report.events.warnings.contains { $0.contains("goes on") }, "\(report.events.warnings)")
            // A layer that the server did not take was asked of it when the image was written to a file.
            let file = directory.appending("image.tar")
            let exported = try await lab.build(
                context, runner: "c", tag: nil, adjust: { $0.outputs = [.file(.oci, file)] })
            #expect(exported.outcome.error == nil)
            let size = try FileManager.default.attributesOfItem(atPath: file.string)[.size] as? Int
            #expect(size ?? 0 > 48_000_000)
            // What went before is there, and the server still answers.
            let again = try await lab.build(context, runner: "b")
            #expect(again.verdicts == [.hit, .run])
        }
    }

    private static func call(_ program: String, _ arguments: String...) async throws {
        let result = try await Subprocess.run(
            .name(program), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 10_000))
        guard result.terminationStatus.isSuccess else {
            throw UnexpectedAnswer(status: 1, body: result.standardError)
        }
    }
}
