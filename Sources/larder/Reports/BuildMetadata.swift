import Build
import CacheAPI
import Chunking
import OCI

/// What `--metadata-file` holds: one flat JSON object, its keys a promise to scripts.
struct BuildMetadata: Encodable {
    /// One filesystem step.
    struct Step: Encodable {
        /// Its key; absent when no server told it.
        let key: Digest?
        /// The name of its stage, or its number in the Dockerfile.
        let stage: String
        let instruction: String
        /// `hit`, `run`, `skipped` or `failed`.
        let verdict: String
        /// How long it took here.
        let seconds: Double
        /// How long the command of a RUN took of it.
        let commandSeconds: Double
        /// How many bytes of its layers were sent.
        let bytes: Int
        /// For a step that was run: why it was no hit, for people; absent when that is not known.
        let reason: String?
    }

    /// What names a manifest or an index, as buildx tells it.
    struct Root: Encodable {
        let mediaType: String
        let digest: Digest
        let size: Int
    }

    /// The image for one platform.
    struct Image: Encodable {
        let platform: String
        /// Absent when the server does not have the image.
        let digest: Digest?
        /// The image id.
        let config: Digest
    }

    private enum CodingKeys: String, CodingKey {
        case digest = "containerimage.digest"
        case config = "containerimage.config.digest"
        case root = "containerimage.descriptor"
        case images = "larder.images"
        case name = "image.name"
        case total = "larder.steps.total"
        case hit = "larder.steps.hit"
        case run = "larder.steps.run"
        case down = "larder.bytes.down"
        case up = "larder.bytes.up"
        case seconds = "larder.seconds"
        case saved = "larder.seconds.saved"
        case lookups = "larder.lookups"
        case scope = "larder.scope"
        case trace = "larder.trace"
        case steps = "larder.steps"
    }

    /// The digest of the manifest, or of the index for several platforms; absent when the server does not have the image.
    let digest: Digest?
    /// The image id; absent for several platforms.
    let config: Digest?
    /// Absent when the server does not have the image.
    let root: Root?
    /// One for each platform.
    let images: [Image]
    /// The names with the server's host, between commas; absent when the server does not have the image.
    let name: String?
    let total: Int
    let hit: Int
    let run: Int
    let down: Int
    let up: Int
    let seconds: Double
    let saved: Double
    /// How often the server was asked about the steps.
    let lookups: Int
    /// The scope that steps were recorded in.
    let scope: String
    /// The W3C trace that the build's requests belong to: what the server's log has as `trace`. 32 hexadecimal digits.
    let trace: String
    let steps: [Step]

    init(
        _ outcome: BuildOutcome, platforms: [String], names: [String], scope: ScopeName, trace: TraceContext,
        down: Int, up: Int
    ) {
        digest = outcome.image?.digest
        config = outcome.config
        root = outcome.image.map { image in
            let type = outcome.configs.count > 1 ? MediaType.index : MediaType.manifest
            return Root(mediaType: type, digest: image.digest, size: image.size)
        }
        images = zip(platforms, outcome.configs).enumerated().map { position, image in
            Image(platform: image.0, digest: outcome.image?.images[position].digest, config: image.1)
        }
        name = outcome.image == nil || names.isEmpty ? nil : names.joined(separator: ",")
        total = outcome.steps.count
        hit = outcome.hitCount
        run = outcome.runCount
        self.down = down
        self.up = up
        seconds = outcome.seconds
        saved = outcome.savedSeconds
        lookups = outcome.lookupCount
        self.scope = scope.description
        self.trace = trace.traceID
        steps = outcome.steps.map { step in
            Step(
                key: step.key, stage: step.stage, instruction: step.instruction, verdict: step.verdict.rawValue,
                seconds: step.seconds,
                commandSeconds: step.commandSeconds, bytes: step.bytes, reason: step.reason)
        }
    }

    /// The object, with a newline at its end.
    func json() throws -> [UInt8] { try JSONDocument.encode(self) + [UInt8(ascii: "\n")] }
}
