/// Something was read wrongly, or took too long or too much memory.
public struct FuzzFailure: Error, CustomStringConvertible {
    let name: String
    let seed: UInt64
    let input: [UInt8]
    let problem: String

    /// What happened, and how to see it again.
    public var description: String {
        let shown = String(decoding: input.prefix(2000), as: UTF8.self).debugDescription
        return "\(name), LARDER_FUZZ_SEED=\(seed): \(problem); input of \(input.count) bytes: \(shown)"
    }
}
