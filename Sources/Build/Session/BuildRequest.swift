public import CacheAPI
public import Chunking
public import Dockerfile
public import OCI
public import SystemPackage

/// What is to be built, and what is to become of it.
public struct BuildRequest: Sendable {
    /// Where a secret comes from.
    public enum Secret: Hashable, Sendable {
        /// A file's bytes.
        case file(FilePath)
        /// The value of an environment variable.
        case value(String)
    }

    /// The build context, a directory; empty for ``origin``.
    public var context: FilePath
    /// The Dockerfile; `nil` for `Dockerfile` in the context.
    public var dockerfile: FilePath?
    /// The directories of `--build-context`, by the names that ``options`` have for them.
    public var contexts: [String: FilePath] = [:]
    /// Where the build context comes from when it is no directory of this machine; a relative ``dockerfile`` is in it.
    public var origin: ContextOrigin?
    /// Where contexts of `--build-context` come from that are no directories of this machine.
    public var origins: [String: ContextOrigin] = [:]
    /// What messages call the Dockerfile; `nil` for its path.
    public var dockerfileName: String?
    /// What the command line adds to the Dockerfile.
    public var options = Dockerfile.Options()
    /// What the image is for besides the platform of ``options``: with more than one the result is an index.
    public var otherPlatforms: [String] = []
    /// The names of the image, without the server's own host.
    public var tags: [ImageReference] = []
    /// Whether no step is taken from the cache.
    public var ignoresCache = false
    /// Whether files and directories of build contexts count as having the modes that Git stores: 755 for directories and for
    /// what its owner may execute, else 644 (`--normalize-modes`). The modes are those in keys and in layers alike.
    public var normalizesModes = false
    /// Stages of which no step is taken from the cache, by name (`--no-cache-filter`).
    public var renewedStages: [String] = []
    /// Steps that were built longer ago are built again, and what stands on them (`--cache-max-age`). Seconds.
    public var recordAgeMaximum: Int64?
    /// Whether a step that another build makes at the moment is waited for.
    public var waitsForOthers = true
    /// Whether base images of other registries are asked for again.
    public var refreshesImages = false
    /// What containers are like.
    public var container = SandboxSettings()
    /// `--allow`.
    public var entitlements: Set<Entitlement> = []
    /// `--secret`, by id.
    public var secrets: [String: Secret] = [:]
    /// `SOURCE_DATE_EPOCH`: the time that the image says it was made; `nil` for when it was. Seconds since 1970.
    public var epoch: Int64?
    /// Whether files in the image's own layers that are later than ``epoch`` get that time.
    public var rewritesTimestamps = false
    /// `--ssh`: the sockets of agents, by id.
    public var agents: [String: FilePath] = [:]
    /// What becomes of the image besides being stored on the server.
    public var outputs: [ImageOutput] = []
    /// What becomes of the image besides if the server does not have it.
    public var fallbackOutputs: [ImageOutput] = []
    /// How layers are compressed in outputs but for ``ImageOutput/load``; the image on the server stays as it is.
    public var compression: LayerCompression?
    /// For how long, once everything is built, layers may still be on their way to the server; then they are given up.
    public var uploadWait = Duration.seconds(600)
    /// Where this runner keeps layers and what else it may use again.
    public var stateDirectory: FilePath
    /// How much of the layers that it fetched or made this runner keeps; what was not used for longest goes first. Bytes.
    public var layerBytesMaximum: UInt64 = 10 << 30
    /// Whether layers that are fetched are mounted where the kernel can do that, instead of unpacked.
    public var mountsLayers = true
    /// Whether what mounts of type cache hold comes from the server and goes back to it.
    public var storesCacheMounts = false
    /// On whose behalf this runner keeps what the mounts of type cache hold.
    public var project = ProjectName.default
    /// The scope that steps are looked up and recorded in.
    public var scope = ScopeName.main
    /// The scopes that steps are looked up in after that, in this order.
    public var baseScopes: [ScopeName] = []
    /// Who builds, for people who look at records.
    public var writer = ""
    /// What is attached to the image on the server.
    public var attestations: Set<Attestation> = []
    /// The version of the program that builds, for what is attached.
    public var version = ""
    /// What the records of this build are signed with; `nil` for not.
    public var signingKey: SigningKey?
    /// Whose records are hits; `nil` for everybody's who may write the scopes.
    public var verification: RecordVerification?
    /// What enters step keys: everything, but in tests.
    var keyRules = KeyRules()
    /// Whether a `.dockerignore` of the context counts.
    var appliesIgnoreRules = true
    /// Where the kernel lists its handlers of foreign programs.
    var handlerDirectory = ProgramHandlers.usualDirectory

    /// Makes a request.
    public init(context: FilePath, stateDirectory: FilePath) {
        self.context = context
        self.stateDirectory = stateDirectory
    }
}

extension BuildRequest {
    /// What messages call the Dockerfile.
    var dockerfileTitle: String { dockerfileName ?? dockerfile?.string ?? "Dockerfile" }

    /// Everything that an image is made for, each once.
    public var platforms: [String] {
        ([options.platform] + otherPlatforms).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What the command line adds to the Dockerfile, for one of the ``platforms``.
    func options(for platform: String) -> Dockerfile.Options {
        var options = options
        options.platform = platform
        return options
    }
}
