import CacheAPI
import Chunking
import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `larderd fsck` and `larderd backup` as an operator runs them.
@Suite(.serialized) struct CheckingCommandTests {
    private struct Outcome {
        let status: Int32
        let output: String
        let complaint: String
    }

    private static func larderd(_ arguments: String...) async throws -> Outcome {
        try await larderd(arguments)
    }

    private static func larderd(_ arguments: [String]) async throws -> Outcome {
        let outcome = try await Subprocess.run(
            .path(ServerProcess.executables.appending("larderd")), arguments: Arguments(arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard case .exited(let status) = outcome.terminationStatus else {
            return Outcome(status: -1, output: outcome.standardOutput, complaint: outcome.standardError)
        }
        return Outcome(status: status, output: outcome.standardOutput, complaint: outcome.standardError)
    }

    private static func fill(_ root: FilePath, seed: UInt64, layers: Int) async throws -> [Digest] {
        try await ServerProcess.run(root: root) { server in
            var random = SeededGenerator(seed: seed)
            let client = RawClient(address: server.address, project: .default)
            var kept: [Digest] = []
            for _ in 0..<layers {
                kept.append(try await client.upload(TarMaker.tar(files: 5, sizeMaximum: 200_000, using: &random)))
            }
            return kept
        }
    }

    private static func expect(_ layers: [Digest], in root: FilePath) async throws {
        try await ServerProcess.run(root: root) { server in
            let client = RawClient(address: server.address, project: .default)
            for layer in layers {
                let bytes = try #require(try await client.download(layer), "\(layer) is gone")
                #expect(Digest(hashing: bytes) == layer)
            }
        }
    }

    /// As `larderd stats --root /etc` once did.
    @Test(arguments: ["stats", "maintain", "fsck", "backup", "token list", "evict"])
    func anotherDirectoryIsNotMadeARoot(command: String) async throws {
        try await withTemporaryDirectory { directory in
            let (other, file) = (directory.appending("other"), "something")
            try FileManager.default.createDirectory(atPath: other.string, withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: other.appending(file).string))
            let more = ["backup": [directory.appending("copy").string], "evict": ["--written-by", "token:ci"]]
            let outcome = try await Self.larderd(
                command.split(separator: " ").map(String.init) + ["--root", other.string] + more[command, default: []])
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("no store"), "\(outcome.complaint)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: other.string) == [file])
        }
    }

    /// It tried for ten seconds, longer than whoever asks so mostly waits.
    @Test func healthSaysInTheSystemsWordsThatNoServerIsThere() async throws {
        try await withTemporaryDirectory { directory in
            _ = try await Self.fill(directory, seed: 3, layers: 0)
            let outcome = try await Self.larderd("health", "--root", directory.string)
            #expect(outcome.status == 1)
            let words = ["No such file or directory", "Connection refused"]
            #expect(words.contains { outcome.complaint.hasSuffix("admin.sock: \($0)\n") }, "\(outcome.complaint)")
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aBackupUnderLoadIsWholeAndClean() async throws {
        try await withTemporaryDirectory { directory in
            let (root, copy) = (directory.appending("root"), directory.appending("copy"))
            let kept = try await ServerProcess.run(root: root) { server in
                var random = SeededGenerator(seed: 1)
                let client = RawClient(address: server.address, project: .default)
                var kept: [Digest] = []
                for _ in 0..<6 {
                    kept.append(try await client.upload(TarMaker.tar(files: 6, sizeMaximum: 300_000, using: &random)))
                }
                let load = Task {
                    var random = SeededGenerator(seed: 2)
                    while !Task.isCancelled {
                        _ = try? await client.upload(TarMaker.tar(files: 6, sizeMaximum: 300_000, using: &random))
                    }
                }
                // What builds have reported is in the copy, too.
                let history = root.appending("history")
                try FileManager.default.createDirectory(atPath: history.string, withIntermediateDirectories: true)
                try Data("{}".utf8).write(to: URL(filePath: history.appending("shop.json").string))
                let outcome = try await Self.larderd("backup", "--root", root.string, copy.string)
                load.cancel()
                await load.value
                #expect(outcome.status == 0, "\(outcome.complaint)")
                let busy = try await Self.larderd("fsck", "--root", root.string)
                #expect(busy.status == 1)
                #expect(busy.complaint.contains("in use by process \(server.pid)"), "\(busy.complaint)")
                return kept
            }
            for place in [copy, root] {
                let check = try await Self.larderd("fsck", "--root", place.string)
                #expect(check.status == 0, "\(check.output)\(check.complaint)")
            }
            #expect(FileManager.default.contents(atPath: "\(copy)/history/shop.json") == Data("{}".utf8))
            try await Self.expect(kept, in: copy)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func damageIsFoundAndRepaired() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            let layers = try await Self.fill(root, seed: 3, layers: 3)
            let file = root.appending("chunks").appending("00000001.chunks").string
            var bytes = try Data(contentsOf: URL(filePath: file))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(filePath: file))

            let found = try await Self.larderd("fsck", "--root", root.string, "--json")
            #expect(found.status == 1)
            #expect(found.output.contains("\"clean\" : false"))
            let repaired = try await Self.larderd("fsck", "--root", root.string, "--repair")
            #expect(repaired.status == 0, "\(repaired.output)\(repaired.complaint)")
            #expect(repaired.output.contains("Lost: "))
            let check = try await Self.larderd("fsck", "--root", root.string)
            #expect(check.status == 0, "\(check.output)")
            let left = layers.filter { !repaired.output.contains("\($0)") }
            #expect(left.count < layers.count)
            try await Self.expect(left, in: root)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func anIndexIsMadeAnew() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            let layers = try await Self.fill(root, seed: 4, layers: 3)
            try FileManager.default.removeItem(atPath: root.appending("index").string)
            let lost = try await Self.larderd("fsck", "--root", root.string)
            #expect(lost.status == 1 && lost.complaint.contains("--rebuild"), "\(lost.complaint)")
            let rebuilt = try await Self.larderd("fsck", "--root", root.string, "--rebuild", "--progress", "plain")
            #expect(rebuilt.status == 0, "\(rebuilt.output)\(rebuilt.complaint)")
            let check = try await Self.larderd("fsck", "--root", root.string)
            #expect(check.status == 0, "\(check.output)")
            try await Self.expect(layers, in: root)
        }
    }

    @Test func wrongCallsAreRefused() async throws {
        #expect(try await Self.larderd("fsck", "--root", "/nowhere", "--repair", "--rebuild").status == 64)
        #expect(try await Self.larderd("fsck", "--root", "/nowhere", "--progress", "loud").status == 64)
        let missing = try await Self.larderd("fsck", "--root", "/nowhere/at/all")
        #expect(missing.status == 1 && missing.complaint.contains("no store"))
    }
}
