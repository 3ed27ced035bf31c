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

    @Test func changedInputsAreRefusedOrRead() throws {
        let (seed, count) = (ProofSettings.seed, ProofSettings.inputs)
        var random = SeededGenerator(seed: seed)
        var targets = FuzzTargets()
        let files = try FuzzCorpus.read()
        var (tried, read) = (0, 0)
        for (name, bytes) in files {
            let kind = name.prefix { $0 != "-" }
            let related = files.filter { $0.name.hasPrefix(kind) }.map(\.bytes)
            // Splitting takes longer than all other parsers together.
            for number in 0..<(kind == "tar" ? count / 20 : count / 4) {
                let input = Self.changed(bytes, related, &random)
                do {
                    if try targets.read(kind, input, &random) { read += 1 }
                } catch {
                    throw ProofFailure("LARDER_PROOF_SEED=\(seed), input \(number) of \(name): \(error)")
                }
                tried += 1
            }
        }
        ProofSettings.report("fuzz: \(tried) inputs of \(files.count) files, \(read) read, seed \(seed)")
        #expect(tried > count)
    }

    /// A few small changes, an integer set to an extreme, or parts of two inputs.
    private static func changed(
        _ bytes: [UInt8], _ others: [[UInt8]], _ random: inout SeededGenerator
    ) -> [UInt8] {
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let other = others.randomElement(using: &random) ?? bytes
            return bytes.prefix(Int.random(in: 0...bytes.count, using: &random))
                + other.suffix(Int.random(in: 0...other.count, using: &random))
        case 1:
            var bytes = bytes
            let width = [1, 2, 4, 8].randomElement(using: &random) ?? 1
            guard bytes.count > width else { return bytes }
            let start = Int.random(in: 0..<(bytes.count - width), using: &random)
            let value: UInt8 = [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
            for position in start..<(start + width) { bytes[position] = value }
            return bytes
        default: return random.mutated(bytes)
        }
    }
}
