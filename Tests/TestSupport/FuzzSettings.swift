/// How long fuzzing takes and where it begins.
public enum FuzzSettings {
    /// `LARDER_FUZZ_SECONDS`: for which each parser is fuzzed; `nil` for a short run among other tests.
    public static let seconds = ProofSettings.number("LARDER_FUZZ_SECONDS").map { Int($0) }
    /// `LARDER_FUZZ_SEED`: that of the first input; another in every run by default.
    public static let seed = ProofSettings.number("LARDER_FUZZ_SEED") ?? .random(in: 1...UInt64(UInt32.max))
}
