internal import Glibc

/// How long the proofs of reliability run and from which seed: short by default, as the environment says otherwise.
public enum ProofSettings {
    /// `LARDER_PROOF_SEED`: replays a proof that failed; another in every run by default.
    public static let seed = number("LARDER_PROOF_SEED") ?? .random(in: 1...999_999)
    /// The same, but by default the same in every run: for proofs of which each case takes long, so that few run and what they
    /// find is seldom about the change at hand.
    public static let steadySeed = number("LARDER_PROOF_SEED") ?? 1
    /// `LARDER_PROOF_OPERATIONS`: of the model test.
    public static let operations = Int(number("LARDER_PROOF_OPERATIONS") ?? 20_000)
    /// `LARDER_PROOF_STATES`: of the crash-state enumerator.
    public static let states = Int(number("LARDER_PROOF_STATES") ?? 1000)
    /// `LARDER_PROOF_SECONDS`: for which a soak runs.
    public static let seconds = number("LARDER_PROOF_SECONDS") ?? 60
    /// `LARDER_PROOF_CYCLES`: how often a server is killed.
    public static let cycles = Int(number("LARDER_PROOF_CYCLES") ?? 20)
    /// `LARDER_PROOF_INPUTS`: of each fuzzed parser.
    public static let inputs = Int(number("LARDER_PROOF_INPUTS") ?? 3000)
    /// `LARDER_PROOF_DOCKERFILES`: how many are built by Larder and by BuildKit, and half as many that are made up.
    public static let dockerfiles = Int(number("LARDER_PROOF_DOCKERFILES") ?? 26)
    /// `LARDER_PROOF_DOCKERFILE`: part of the title of those that are built.
    public static let dockerfileTitle = variable("LARDER_PROOF_DOCKERFILE")
    /// `LARDER_PROOF_CHANGES`: after how many the hits of Larder and of BuildKit are compared, and half as many that are made
    /// up.
    public static let changes = Int(number("LARDER_PROOF_CHANGES") ?? 4)
    /// `LARDER_PROOF_CHANGE`: part of what those are called that are made.
    public static let changeTitle = variable("LARDER_PROOF_CHANGE")
    /// `LARDER_PROOF_MUTATIONS`: of a project whose builds with and without the cache are compared.
    public static let mutations = Int(number("LARDER_PROOF_MUTATIONS") ?? 200)

    /// `LARDER_PROOF_ACCESS_SAMPLES`: of the time that answers about forbidden and absent projects take.
    public static let accessSamples = Int(number("LARDER_PROOF_ACCESS_SAMPLES") ?? 40)

    /// `LARDER_PROOF_FILES`: in one directory of a build context.
    public static let files = Int(number("LARDER_PROOF_FILES") ?? 4000)

    /// Prints what a proof did, as one line that `make test-long` picks out, also into the file `LARDER_PROOF_LOG`.
    public static func report(_ line: String) {
        let text = "PROOF \(line)\n"
        print(text, terminator: "")
        guard let path = variable("LARDER_PROOF_LOG"), let file = unsafe fopen(path, "a") else { return }
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    static func number(_ name: String) -> UInt64? { variable(name).flatMap { UInt64($0) } }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
