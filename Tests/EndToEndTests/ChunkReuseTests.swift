import Build
import Chunking
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// Runners that have a layer like the one they need.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct ChunkReuseTests {
    /// A context of about 2.6 MB that hardly compresses; the second version differs in one place of a large file, and has
    /// one small file more.
    private static func context(_ version: Int, in lab: BuildLab) throws -> FilePath {
        var random = SeededGenerator(seed: 77)
        var large = random.bytes(1_500_000)
        if version == 2 { large.insert(1, at: 700_000) }
        var files = ["large": large, "other": random.bytes(1_000_000)]
        for number in 0..<30 { files["small-\(number)"] = random.bytes(3000) }
        if version == 2 { files["small-new"] = random.bytes(2000) }
        let root = lab.directory.appending("context-\(version)")
        let data = root.appending("data")
        try FileManager.default.createDirectory(atPath: data.string, withIntermediateDirectories: true)
        for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: data.appending(name).string)) }
        return root
    }

    private static func write(_ instructions: String, to context: FilePath) throws {
        let text = "FROM tiny/base:1\nCOPY data /data\n\(instructions)"
        try Data(text.utf8).write(to: URL(filePath: context.appending("Dockerfile").string))
    }

    private static let command = "RUN cat /data/* | busybox sha256sum"

    /// Lends a lab whose server has both versions, built by another runner, and whose runner `a` has the layers of the
    /// first, and what a command sees in the second.
    private static func lab(
        isMounted: Bool, _ body: @Sendable (BuildLab, _ second: FilePath, _ expected: [String]) async throws -> Void
    ) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            var expected: [String] = []
            for version in 1...2 {
                let context = try context(version, in: lab)
                try write("\(command)\n", to: context)
                let built = try await lab.build(context, runner: "x")
                #expect(built.outcome.error == nil)
                expected = built.events.output
            }
            let first = try context(1, in: lab)
            try write("\(command) # again\n", to: first)
            let report = try await lab.build(first, runner: "a") { $0.mountsLayers = isMounted }
            #expect(report.verdicts == [.hit, .run])
            #expect(report.down > 2_600_000)
            let second = lab.directory.appending("context-2")
            try write("\(command) # again\n", to: second)
            try await body(lab, second, expected)
        }
    }

    @Test("Of a layer like one that is here only what differs is fetched", arguments: [true, false])
    func secondVersion(isMounted: Bool) async throws {
        try await Self.lab(isMounted: isMounted) { lab, second, expected in
            let report = try await lab.build(second, runner: "a") { $0.mountsLayers = isMounted }
            #expect(report.outcome.error == nil)
            #expect(report.verdicts == [.hit, .run])
            #expect(report.events.output == expected)
            #expect(report.events.warnings == [])
            // At most two chunks of a large file, those that the small files share, and headers.
            #expect(report.down < 700_000)
            #expect(report.events.statuses.contains { $0.contains("from layers on this runner") })
        }
    }

    @Test("A damaged layer is told of and removed, and what it should have is fetched", arguments: [true, false])
    func damagedLayer(isMounted: Bool) async throws {
        try await Self.lab(isMounted: isMounted) { lab, second, expected in
            let layers = lab.directory.appending("runner-a/layers").string
            try await TinyImage.shell(
                """
                set -e
                damaged=$(grep -l small-17 "$1"/*/image || ls "$1"/*/fs/data/large)
                printf 'damage' | dd of="$damaged" bs=1 seek=200000 conv=notrunc 2>/dev/null
                """, layers)
            let before = try FileManager.default.contentsOfDirectory(atPath: layers)
            let report = try await lab.build(second, runner: "a") { $0.mountsLayers = isMounted }
            #expect(report.outcome.error == nil)
            #expect(report.events.output == expected)
            #expect(report.events.warnings.contains { $0.contains("was damaged") }, "\(report.events.warnings)")
            let gone = Set(before).subtracting(try FileManager.default.contentsOfDirectory(atPath: layers))
            #expect(gone.count == 1)
            // And what came instead is whole.
            try Self.write("\(Self.command) # once more\n", to: second)
            let again = try await lab.build(second, runner: "a") { $0.mountsLayers = isMounted }
            #expect(again.events.output == expected)
            #expect(again.events.warnings == [])
        }
    }
}
