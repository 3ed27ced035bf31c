import CacheAPI
import ChunkStore
import Logging
import OCI
import SystemPackage

/// Everything that can be set about a server, read once when it starts.
struct Settings: Sendable {
    /// How log lines look.
    enum LogFormat: String, Sendable, CaseIterable {
        /// `time level message key=value …`
        case text
        /// One JSON object a line.
        case json
    }

    /// The directory that everything is in.
    var root: FilePath
    /// Where to serve.
    var listen = ListenAddress(host: "127.0.0.1", port: 7070)
    /// Where to serve metrics besides, without asking who wants them; `nil` for nowhere.
    var metricsListen: ListenAddress?
    /// What whoever does not show who they are may do; `nil` for everything on loopback while nobody can be known.
    var anonymous: AnonymousAccess?
    /// The scope that everybody reads who reads a project.
    var defaultScope = ScopeName.main
    /// What HTTPS is served with; `nil` for plain HTTP.
    var tls: TLSFiles?
    /// How often the files of ``tls`` are looked at. Milliseconds.
    var tlsCheckInterval = 5000
    /// The least important messages that are logged.
    var logLevel = Logger.Level.info
    /// How log lines look.
    var logFormat = LogFormat.text
    /// The projects whose images a name without a host may mean; empty: any.
    var localProjects: [ProjectName] = []
    /// The registry of names without a host that mean nothing here; `nil` for none. ``SettingsReader`` begins with docker.io.
    var defaultRegistry: RegistryHost?
    /// More names under which clients know this server: images named with them are its own.
    var ownHosts: [RegistryHost] = []
    /// Other registries that are served from here, and how long their tags are believed.
    var mirrors = MirrorRules()
    /// A file with logins for other registries, as docker keeps them.
    var upstreamCredentials: FilePath?
    /// Certificates of authorities that are believed besides the system's, of other registries.
    var upstreamAuthorities: FilePath?
    /// The file that says which jobs and users are believed, and what they may do.
    var accessRules: FilePath?
    /// The file with the passwords of users.
    var passwords: FilePath?
    /// What whoever starts the server should know of them, in sentences.
    var notes: [String] = []
    /// The file that says who judges images before their tags are set.
    var scanGate: FilePath?
    /// The file that says who is told of images, tags and evictions.
    var webhooks: FilePath?
    /// The environment as far as it says how other registries are reached: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and
    /// `SSL_CERT_FILE`; and secrets that other settings name.
    var environment: [String: String] = [:]
    /// How much clients may ask, and how slowly.
    var limits = Limits()
    /// How long a stop waits for requests under way. Seconds.
    var stopTimeout = 30
    /// How long a connection may stay silent. Seconds.
    var idleTimeout = 300
    /// The length from which a chunk file is sealed. Bytes.
    var chunkFileSize: UInt64 = 256 << 20
    /// The zstd level of what maintenance packs.
    var compressionLevel: Int32 = PackSettings().level
    /// Threads for the store's blocking calls.
    var storeThreads = max(4, Settings.processors * 2)
    /// The most bytes to keep on disk.
    var quota: UInt64?
    /// The most deduplicated bytes of a project.
    var projectQuota = ProjectQuota()
    /// How long what is not used is kept. Seconds.
    var maxAge: UInt64?
    /// Tags that are never evicted.
    var pinnedTags = TagPatterns.all
    /// What clients may do with tags, and which of them go by themselves.
    var tagRules = TagRules()
    /// Whose records other scopes find.
    var scopeRules = ScopeRules()
    /// How long what nothing refers to is kept. Seconds.
    var leasePeriod: UInt64 = 7200
    /// How much of the disk uploads leave free. Bytes.
    var diskReserve: UInt64?
    /// In what layers are sent to clients that accept it.
    var contentEncodings: [ContentCoding] = [.zstd]
    /// The most that is kept of layers in the form in which they are sent. Bytes.
    var encodedCopies: UInt64 = 1 << 30
    /// How often maintenance runs. Seconds; 0 for never.
    var maintenanceInterval: UInt64 = 60
    /// How much of what is stored is verified. Bytes each second; 0 for never.
    var scrubRate: UInt64 = 4 << 20
    /// What is written down of requests.
    var audit = AuditSettings()

    init(root: FilePath) {
        self.root = root
    }
}
