import Chunking
import TestSupport

@testable import ChunkStore

/// A blob for the proofs: its bytes, and how it is cut.
final class Sample {
    let bytes: [UInt8]
    let digest: Digest
    private(set) lazy var parts = split(bytes)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        digest = Digest(hashing: bytes)
    }

    var recipe: Recipe { parts.result.recipe }
    var entries: EntryTable? { parts.result.entries }
    /// The contents of all files, one after the other.
    private(set) lazy var payload = recipe.payload.flatMap { parts.chunks[$0.id] ?? [] }

    var chunkIDs: [Digest] { (recipe.headers + recipe.payload).map(\.id) }
}

/// Makes samples that have many chunks in common.
struct Samples {
    private var files: [[UInt8]]
    private(set) var all: [Sample] = []
    private let countMaximum: Int

    init(countMaximum: Int, _ random: inout SeededGenerator) {
        self.countMaximum = countMaximum
        files = (0..<40).map { _ in random.bytes(Int.random(in: 500...24_000, using: &random)) }
    }

    /// One that may have been stored before.
    mutating func any(_ random: inout SeededGenerator) -> Sample {
        let isNew = all.isEmpty || Int.random(in: 0..<3, using: &random) == 0
        guard isNew else { return all[Int.random(in: 0..<all.count, using: &random)] }
        let sample = Sample(make(&random))
        if all.count < countMaximum {
            all.append(sample)
        } else {
            all[Int.random(in: 0..<all.count, using: &random)] = sample
        }
        return sample
    }

    private mutating func make(_ random: inout SeededGenerator) -> [UInt8] {
        if Int.random(in: 0..<4, using: &random) == 0 {
            let replaced = Int.random(in: 0..<files.count, using: &random)
            files[replaced] = changed(files[replaced], &random)
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return random.bytes(Int.random(in: 0...50_000, using: &random))
        case 1: return [UInt8](repeating: 7, count: Int.random(in: 1...40_000, using: &random))
        default: break
        }
        let names = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            Int.random(in: 0..<files.count, using: &random)
        }
        return tar(
            Set(names).sorted().map { ("dir/file-\($0)", files[$0]) }, mtime: 1_700_000_000 + Int(random.next() % 3))
    }

    /// A new version of a file: mostly the same.
    private func changed(_ file: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        if Int.random(in: 0..<4, using: &random) == 0 {
            return random.bytes(Int.random(in: 500...24_000, using: &random))
        }
        return random.mutated(file)
    }
}
