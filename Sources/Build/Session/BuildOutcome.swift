public import CacheAPI
public import Chunking

/// How a build ended.
public struct BuildOutcome: Sendable {
    /// Why it failed; `nil` when it did not.
    public var error: (any Error)?
    /// The image on the server; `nil` when there is none.
    public var image: AssembleAnswer?
    /// The digests of the images' configurations, one for each platform; none when the build failed.
    public var configs: [Digest]
    /// The filesystem steps, in the order of the plan; a WORKDIR that was there already is none.
    public var steps: [StepReport]
    /// How long it took. Seconds.
    public var seconds: Double
    /// How often the server was asked about the steps: once, and once more for each stage that others copy from and that
    /// had to be built, and for each wait for another build.
    public var lookupCount = 0

    /// The digest of the configuration of an image for one platform (docker's image id).
    public var config: Digest? { configs.count == 1 ? configs[0] : nil }
    /// What names the result: docker's image id, or the digest of an index for several platforms, which only the server makes;
    /// `nil` when there is none.
    public var id: Digest? { configs.count > 1 ? image?.digest : config }
    /// How many steps were a hit.
    public var hitCount: Int { steps.count { $0.verdict == .hit } }
    /// How many steps were run or made here.
    public var runCount: Int { steps.count { $0.verdict == .run || $0.verdict == .failed } }
    /// How long the hits took when they were made. Seconds.
    public var savedSeconds: Double { steps.reduce(0) { $0 + $1.saved } }

    /// Makes an outcome.
    public init(
        error: (any Error)? = nil, image: AssembleAnswer? = nil, config: Digest? = nil, steps: [StepReport] = [],
        seconds: Double = 0
    ) {
        self.error = error
        self.image = image
        configs = config.map { [$0] } ?? []
        self.steps = steps
        self.seconds = seconds
    }
}
