internal import Glibc

/// Lets something read inputs that are made at random from valid ones. It fails when an input is read wrongly (what reads it
/// throws), takes too long or too much memory, and when one of the valid ones is refused; an input that ends the process leaves
/// its seed in a file that is named when the run begins.
///
/// `LARDER_FUZZ_SECONDS` says for how long (`make fuzz`); by default a few thousand inputs are tried. Each input is made from a
/// seed of its own, and `LARDER_FUZZ_SEED` is that of the first.
public struct Fuzzing {
    /// The processor time that reading one input may take. Seconds.
    private static let secondsMaximum = 10.0
    /// By how much the process may grow while nothing else runs in it. Bytes.
    private static let growthMaximum = 256 << 20
    /// After how many inputs the memory is looked at.
    private static let interval = 512

    private let name: String
    private let mutator: FuzzMutator

    /// - Parameters:
    ///   - name: what is fuzzed, as in `range header`.
    ///   - samples: inputs that are read.
    ///   - words: what the inputs are made of.
    ///   - isJSON: whether the samples are JSON documents, so that their values are exchanged, too.
    public init(_ name: String, _ samples: [[UInt8]], words: [String] = [], isJSON: Bool = false) {
        self.name = name
        mutator = FuzzMutator(samples: samples, words: words.map { Array($0.utf8) }, isJSON: isJSON)
    }

    /// The same with samples that are text.
    public init(_ name: String, _ samples: [String], words: [String] = [], isJSON: Bool = false) {
        self.init(name, samples.map { Array($0.utf8) }, words: words, isJSON: isJSON)
    }

    /// Throws unless `condition` holds, so that the failure tells of the input.
    public static func expect(
        _ condition: @autoclosure () throws -> Bool, file: StaticString = #fileID, line: UInt = #line
    ) throws {
        guard try condition() else { throw FuzzMismatch(description: "not as expected at \(file):\(line)") }
    }

    /// One input, for tests that do more with it than read it.
    public func input(_ random: inout SeededGenerator) -> [UInt8] { mutator.input(&random) }

    /// Runs `read` with one input after the other.
    /// - Parameters:
    ///   - inputs: how many in a short run.
    ///   - read: reads an input, with random numbers that go with it. Whether it was valid.
    /// - Throws: ``FuzzFailure``.
    public func run(
        inputs: Int = 600, _ read: (_ input: [UInt8], _ random: inout SeededGenerator) throws -> Bool
    ) throws {
        let first = FuzzSettings.seed
        try readSamples(first, read)
        let note = try FuzzNote(name)
        let watch = try FuzzWatch(name)
        defer {
            watch.end()
            note.remove()
        }
        let memory = FuzzSettings.seconds.map { _ in FuzzMemory() }
        let end = FuzzSettings.seconds.map { ContinuousClock.now + .seconds($0) }
        var (tried, valid) = (0, 0)
        while end.map({ ContinuousClock.now < $0 }) ?? (tried < inputs) {
            let seed = first &+ UInt64(tried)
            note.write(seed)
            watch.begin(seed)
            var random = SeededGenerator(seed: seed)
            let input = mutator.input(&random)
            let start = Self.processorTime
            try attempt(seed, input) { if try read(input, &random) { valid += 1 } }
            let seconds = Self.processorTime - start
            guard seconds < Self.secondsMaximum else { throw failure(seed, input, "it took \(seconds) s") }
            tried += 1
            if let memory, tried % Self.interval == 0, memory.growth > Self.growthMaximum {
                throw failure(seed, input, "this or one before it took \(memory.growth) bytes")
            }
        }
        ProofSettings.report("fuzz \(name): \(tried) inputs, \(valid) valid, seed \(first)")
    }

    private func readSamples(
        _ seed: UInt64, _ read: ([UInt8], inout SeededGenerator) throws -> Bool
    ) throws {
        for sample in mutator.samples {
            var random = SeededGenerator(seed: seed)
            try attempt(seed, sample) {
                guard try read(sample, &random) else { throw failure(seed, sample, "a valid input is refused") }
            }
        }
    }

    private func attempt(_ seed: UInt64, _ input: [UInt8], _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as FuzzFailure {
            throw error
        } catch {
            throw failure(seed, input, "\(error)")
        }
    }

    private func failure(_ seed: UInt64, _ input: [UInt8], _ problem: String) -> FuzzFailure {
        FuzzFailure(name: name, seed: seed, input: input, problem: problem)
    }

    /// Of this thread. Seconds.
    private static var processorTime: Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
