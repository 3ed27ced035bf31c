/// A small piece of work that is the same in each run, whose instructions are counted.
public struct MicroBenchmark {
    /// What is done, as in `chunker.cut`.
    public let name: String
    /// What the work is counted in, as in `byte`.
    public let unit: String
    /// How many units one round has.
    public let units: Int
    /// Makes all that is not to be counted, and gives the work. The work gets the number of the round, for what can be done only
    /// once with the same input, and returns a number that depends on its results.
    public let prepare: () throws -> (_ round: Int) throws -> Int

    init(
        _ name: String, _ units: Int, _ unit: String, _ prepare: @escaping () throws -> (_ round: Int) throws -> Int
    ) {
        self.name = name
        self.unit = unit
        self.units = units
        self.prepare = prepare
    }

    /// All of them, in the order in which they are shown.
    /// - Parameter directory: where the stores that some of them need are made; empty.
    public static func all(in directory: String) -> [MicroBenchmark] {
        ChunkingWork.benchmarks + CodecWork.benchmarks + KeyWork.benchmarks + IndexWork(directory).benchmarks
    }

    /// Does the work twice, and has what the second round takes counted when valgrind runs this program: the first one loads
    /// symbols, fills caches and gets memory.
    /// - Returns: what the counted round returned.
    @discardableResult
    public func run() throws -> Int {
        let work = try prepare()
        _ = try work(0)
        InstructionCounter.begin()
        let result = Result { try work(1) }
        InstructionCounter.end(name)
        return try result.get()
    }
}
