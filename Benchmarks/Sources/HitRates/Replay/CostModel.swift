/// What a step costs for which nothing was measured.
public struct CostModel: Sendable, Hashable {
    /// A RUN. Seconds.
    public var runSeconds = 20.0
    /// The layer of a RUN. Bytes.
    public var runBytes: UInt64 = 50_000_000
    /// What a COPY from a stage or an image brings. Bytes.
    public var stageCopyBytes: UInt64 = 5_000_000
    /// How fast files are copied. Bytes a second.
    public var copyRate = 200_000_000.0
    /// What any other step takes at least. Seconds.
    public var stepSeconds = 0.1

    /// Makes the usual model.
    public init() {}

    /// The length of a step's layer.
    /// - Parameter contextBytes: of the files that it takes from the context.
    func bytes(of step: TraceStep, contextBytes: UInt64) -> UInt64 {
        if let bytes = step.bytes { return bytes }
        switch step.kind {
        case .run: return runBytes
        case .workdir: return 1536
        case .copy:
            let stages = step.inputs.count { if case .content = $0 { false } else { true } }
            return contextBytes + UInt64(stages) * stageCopyBytes
        }
    }

    /// How long a step takes. Seconds.
    /// - Parameter bytes: of its layer.
    func seconds(of step: TraceStep, bytes: UInt64) -> Double {
        step.seconds ?? (step.kind == .run ? runSeconds : stepSeconds + Double(bytes) / copyRate)
    }
}
