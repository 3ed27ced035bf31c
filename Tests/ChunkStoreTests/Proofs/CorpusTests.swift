import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Parsers meet inputs that were changed at random: they refuse them or read something that is valid.
@Suite struct CorpusTests {
    /// `LARDER_PROOF_WRITE_CORPUS=1` makes the files anew, after a change of a format.
    @Test func theCorpusIsRead() throws {
        if unsafe getenv("LARDER_PROOF_WRITE_CORPUS") != nil {
            try RootLayout.makeDirectory(FuzzCorpus.directory)
            for (name, bytes) in try FuzzCorpus.make() { try write(bytes, to: FuzzCorpus.directory.appending(name)) }
        }
        var random = SeededGenerator(seed: 1)
        var targets = FuzzTargets()
        let files = try FuzzCorpus.read()
        #expect(files.count >= 20)
        for (name, bytes) in files {
            let isRead = try targets.read(name.prefix { $0 != "-" }, bytes, &random)
            #expect(isRead, "\(name)")
        }
    }

    @Test(arguments: [
        "blob", "entries", "file", "frame", "recipe", "record", "seal", "small", "tar", "tombstone", "void",
    ])
    func changedInputsAreRefusedOrRead(kind: String) throws {
        let files = try FuzzCorpus.read().filter { $0.name.hasPrefix("\(kind)-") }
        var targets = FuzzTargets()
        // Splitting takes longer than all other parsers together.
        let count = ProofSettings.inputs * files.count / (kind == "tar" ? 20 : 4)
        try Fuzzing("store \(kind)", files.map(\.bytes)).run(inputs: count) { input, random in
            try targets.read(kind[...], input, &random)
        }
    }
}
