import ArgumentParser
import FoundationEssentials
import SystemPackage

/// The flags that set a server; each may also be set in the environment or in a file.
struct SettingFlags: ParsableArguments {
    @Option(help: Self.help(.root)) var root: String?
    @Option(help: Self.help(.listen)) var listen: String?
    @Option(help: Self.help(.metricsListen)) var metricsListen: String?
    @Flag(help: Self.help(.insecureListen)) var insecureListen = false
    @Option(help: Self.help(.tlsCert)) var tlsCert: String?
    @Option(help: Self.help(.tlsKey)) var tlsKey: String?
    @Option(help: Self.help(.tlsClientCa)) var tlsClientCa: String?
    @Option(help: Self.help(.tlsClientAuth)) var tlsClientAuth: String?
    @Option(help: Self.help(.limits)) var limits: String?
    @Option(help: ArgumentHelp("A file with settings: one JSON object. LARDER_CONFIG.", valueName: "FILE"))
    var config: String?
    @Option(help: Self.help(.anonymous)) var anonymous: String?
    @Option(help: Self.help(.defaultScope)) var defaultScope: String?
    @Option(help: Self.help(.logLevel)) var logLevel: String?
    @Option(help: Self.help(.logFormat)) var logFormat: String?
    @Option(help: Self.help(.localProjects)) var localProjects: String?
    @Option(help: Self.help(.defaultRegistry)) var defaultRegistry: String?
    @Option(help: Self.help(.ownHosts)) var ownHosts: String?
    @Option(help: Self.help(.mirrors)) var mirrors: String?
    @Option(help: Self.help(.defaultMirror)) var defaultMirror: String?
    @Option(help: Self.help(.mirrorFreshness)) var mirrorFreshness: String?
    @Option(help: Self.help(.upstreamCredentials)) var upstreamCredentials: String?
    @Option(help: Self.help(.upstreamCaFile)) var upstreamCaFile: String?
    @Option(help: Self.help(.accessRules)) var accessRules: String?
    @Option(help: Self.help(.htpasswd)) var htpasswd: String?
    @Option(help: Self.help(.stopTimeout)) var stopTimeout: String?
    @Option(help: Self.help(.idleTimeout)) var idleTimeout: String?
    @Option(help: Self.help(.chunkFileSize)) var chunkFileSize: String?
    @Option(help: Self.help(.compressionLevel)) var compressionLevel: String?
    @Option(help: Self.help(.storeThreads)) var storeThreads: String?
    @Option(help: Self.help(.quota)) var quota: String?
    @Option(help: Self.help(.projectQuota)) var projectQuota: String?
    @Option(help: Self.help(.maxAge)) var maxAge: String?
    @Option(help: Self.help(.pinnedTags)) var pinnedTags: String?
    @Option(help: Self.help(.immutableTags)) var immutableTags: String?
    @Option(help: Self.help(.retention)) var retention: String?
    @Option(help: Self.help(.completeRepositories)) var completeRepositories: String?
    @Option(help: Self.help(.unmergedCaches)) var unmergedCaches: String?
    @Option(help: Self.help(.promoteFrom)) var promoteFrom: String?
    @Option(help: Self.help(.leasePeriod)) var leasePeriod: String?
    @Option(help: Self.help(.diskReserve)) var diskReserve: String?
    @Option(help: Self.help(.contentEncodings)) var contentEncodings: String?
    @Option(help: Self.help(.encodedCopies)) var encodedCopies: String?
    @Option(help: Self.help(.maintenanceInterval)) var maintenanceInterval: String?
    @Option(help: Self.help(.scrubRate)) var scrubRate: String?
    @Option(help: Self.help(.auditLog)) var auditLog: String?
    @Option(help: Self.help(.auditLogSize)) var auditLogSize: String?
    @Option(help: Self.help(.auditLogCount)) var auditLogCount: String?
    @Option(help: Self.help(.webhooks)) var webhooks: String?
    @Option(help: Self.help(.scanGate)) var scanGate: String?

    /// The settings of these flags, this process's environment and the file.
    /// - Throws: ``SettingsError``.
    func settings() async throws -> Settings {
        try await SettingsReader(
            flags: given, environment: ProcessInfo.processInfo.environment, file: config.map { FilePath($0) }
        ).settings()
    }

    /// The flags that were given.
    private var given: [Setting: String] {
        Dictionary(
            uniqueKeysWithValues: Setting.allCases.compactMap { setting in value(of: setting).map { (setting, $0) } })
    }

    private func value(of setting: Setting) -> String? {
        switch setting {
        case .root: root
        case .listen: listen
        case .metricsListen: metricsListen
        case .anonymous: anonymous
        case .defaultScope: defaultScope
        case .insecureListen: insecureListen ? "true" : nil
        case .tlsCert: tlsCert
        case .tlsKey: tlsKey
        case .tlsClientCa: tlsClientCa
        case .tlsClientAuth: tlsClientAuth
        case .limits: limits
        case .logLevel: logLevel
        case .logFormat: logFormat
        case .localProjects: localProjects
        case .defaultRegistry: defaultRegistry
        case .ownHosts: ownHosts
        case .mirrors: mirrors
        case .defaultMirror: defaultMirror
        case .mirrorFreshness: mirrorFreshness
        case .upstreamCredentials: upstreamCredentials
        case .upstreamCaFile: upstreamCaFile
        case .accessRules: accessRules
        case .htpasswd: htpasswd
        case .stopTimeout: stopTimeout
        case .idleTimeout: idleTimeout
        case .chunkFileSize: chunkFileSize
        case .compressionLevel: compressionLevel
        case .storeThreads: storeThreads
        case .quota: quota
        case .projectQuota: projectQuota
        case .maxAge: maxAge
        case .pinnedTags: pinnedTags
        case .immutableTags: immutableTags
        case .retention: retention
        case .completeRepositories: completeRepositories
        case .unmergedCaches: unmergedCaches
        case .promoteFrom: promoteFrom
        case .leasePeriod: leasePeriod
        case .diskReserve: diskReserve
        case .contentEncodings: contentEncodings
        case .encodedCopies: encodedCopies
        case .maintenanceInterval: maintenanceInterval
        case .scrubRate: scrubRate
        case .auditLog: auditLog
        case .auditLogSize: auditLogSize
        case .auditLogCount: auditLogCount
        case .webhooks: webhooks
        case .scanGate: scanGate
        }
    }

    /// The help for the flag of `setting`.
    static func help(_ setting: Setting) -> ArgumentHelp {
        let fallback = setting.defaultText.map { "default: \($0)" } ?? "required"
        return ArgumentHelp("\(setting.summary). \(setting.variable); \(fallback).", valueName: setting.form)
    }
}
